import fc from 'fast-check';
import {
  type Cards,
  type Completion,
  completeParticipant,
  type ParticipantEffects,
  whoJoined,
} from '../../../lib/conversations/participant';
import { onParticipantAdded } from '../../../lib/events/conversations';
import type { Customer } from '../../../lib/model';
import { parseEvent } from '../../../lib/webhook/request';
import { customer } from '../../support/data';
import { fixture } from '../../support/fixtures';

const ada = customer({ customer_id: 'ada', display_name: 'Ada' });
const bo = customer({ customer_id: 'bo', display_name: 'Bo', avatar: 'https://example.com/bo.png' });
const full = { customer_id: 'ada', display_name: 'Ada' };

const cards = (byAddress: Customer | undefined = ada): Cards => ({
  byAddress,
  byId: async (id) => [ada, bo].find(({ customer_id }) => customer_id === id),
});

/** A participant at Twilio, and a clock that only waiting moves. */
class FakeParticipant implements ParticipantEffects {
  attributes: string | undefined;
  readonly calls: string[] = [];
  now = 0;
  deadline = { remaining: () => Math.max(0, 3_300 - this.now) };
  /** What happens before the call of that number, from 0. */
  readonly meanwhile: Record<number, () => void> = {};

  constructor(attributes: string | undefined) {
    this.attributes = attributes;
  }

  sleep = async (ms: number): Promise<void> => {
    this.now += ms;
  };

  read = async (): Promise<string | undefined> => {
    this.#call('read');
    return this.attributes;
  };

  write: ParticipantEffects['write'] = async (attributes) => {
    this.#call('write');
    if (this.attributes === undefined) return false;
    this.attributes = attributes;
    return true;
  };

  get parsed(): unknown {
    return JSON.parse(String(this.attributes));
  }

  #call(name: string): void {
    const index = this.calls.push(name) - 1;
    this.meanwhile[index]?.();
  }
}

describe('whoJoined', () => {
  const customerJoined = fixture('on-participant-added-customer');
  const ours = ['+16465550190'];
  const sids = { ConversationSid: 'CH1', ParticipantSid: 'MB1' };
  it.each([
    [
      'a customer',
      customerJoined,
      { is: 'person', address: { type: 'sms', value: '+12125550101', key: '+12125550101' } },
    ],
    [
      'a member of a group',
      fixture('on-participant-added-group-member'),
      { is: 'person', address: { type: 'sms', value: '+12125550101', key: '+12125550101' } },
    ],
    ['a worker', fixture('on-participant-added-worker'), { is: 'with_identity' }],
    [
      'a worker in a group',
      { ...fixture('on-participant-added-projected'), Identity: 'a' },
      { is: 'with_identity' },
    ],
    ['our number in a group', fixture('on-participant-added-projected'), { is: 'our_number' }],
    ['our number as an address', { 'MessagingBinding.Address': '[+16465550190]' }, { is: 'our_number' }],
    ['our WhatsApp number', { 'MessagingBinding.Address': 'whatsapp:+16465550190' }, { is: 'our_number' }],
    [
      'a number that is not listed, projected',
      { 'MessagingBinding.Address': '+16465550199', 'MessagingBinding.ProjectedAddress': '[+16465550199]' },
      { is: 'our_number' },
    ],
    [
      'a member whose event names our projected number',
      { 'MessagingBinding.Address': '+12125550101', 'MessagingBinding.ProjectedAddress': '+16465550199' },
      { is: 'person', address: { type: 'sms', value: '+12125550101', key: '+12125550101' } },
    ],
    ['a participant without an address', {}, { is: 'without_address' }],
  ])('recognizes %s', (_title, event, joined) => {
    expect(whoJoined(parseEvent(onParticipantAdded, { ...sids, ...event }), ours)).toEqual(joined);
  });
});

describe('completing a participant', () => {
  const complete = (participant: FakeParticipant, given = cards()): Promise<Completion> =>
    completeParticipant(given, participant);

  it('reads, writes, and reads once more', async () => {
    const participant = new FakeParticipant('{}');
    expect(await complete(participant)).toEqual({ updates: 1, dropped: [] });
    expect(participant.parsed).toEqual(full);
    expect(participant.calls).toEqual(['read', 'write', 'read']);
  });

  it.each<[string, string, object, Completion]>([
    ['its own id', '{"customer_id":"ada"}', full, { updates: 1, dropped: [] }],
    [
      "another card's id",
      '{"customer_id":"bo"}',
      { customer_id: 'bo', display_name: 'Bo', avatar: 'https://example.com/bo.png' },
      { updates: 1, dropped: [] },
    ],
    [
      "another card's id and a name",
      '{"customer_id":"bo","display_name":"B."}',
      { customer_id: 'bo', display_name: 'B.', avatar: 'https://example.com/bo.png' },
      { updates: 1, dropped: [] },
    ],
    [
      'an id of no card',
      '{"customer_id":"eve"}',
      { customer_id: 'eve' },
      { unchanged: 'unknown_customer_id' },
    ],
    [
      'everything',
      '{"customer_id":"ada","display_name":"A"}',
      { customer_id: 'ada', display_name: 'A' },
      { unchanged: 'complete' },
    ],
    ['a list', '["ada"]', ['ada'], { unchanged: 'not_an_object' }],
  ])(
    'ends with one whole card where the participant has %s',
    async (_title, attributes, then, completion) => {
      const participant = new FakeParticipant(attributes);
      expect(await complete(participant)).toEqual(completion);
      expect(participant.parsed).toEqual(then);
    },
  );

  it('uses the id that is there where the address is on no card', async () => {
    const participant = new FakeParticipant('{"customer_id":"bo"}');
    expect(await complete(participant, { ...cards(), byAddress: undefined })).toEqual({
      updates: 1,
      dropped: [],
    });
    expect(participant.parsed).toMatchObject({ display_name: 'Bo' });
    const unknown = new FakeParticipant('{}');
    expect(await complete(unknown, { ...cards(), byAddress: undefined })).toEqual({ unchanged: 'no_card' });
    expect(unknown.calls).toEqual(['read']);
  });

  it('reads anew after another card was looked up', async () => {
    const participant = new FakeParticipant('{"customer_id":"bo"}');
    const slow: Cards = {
      ...cards(),
      byId: async () => {
        participant.attributes = '{"customer_id":"bo","role":"vip"}';
        return bo;
      },
    };
    await complete(participant, slow);
    expect(participant.parsed).toEqual({
      customer_id: 'bo',
      role: 'vip',
      display_name: 'Bo',
      avatar: 'https://example.com/bo.png',
    });
  });

  it('waits for a participant who cannot be read yet', async () => {
    const participant = new FakeParticipant(undefined);
    participant.meanwhile[3] = () => {
      participant.attributes = '{"role":"vip"}';
    };
    expect(await complete(participant)).toEqual({ updates: 1, dropped: [] });
    expect(participant.parsed).toEqual({ role: 'vip', ...full });
  });

  it.each([
    ['never comes', undefined],
    ['cannot be written', '{}'],
  ])('fails within the budget where the participant %s', async (_title, attributes) => {
    const participant = new FakeParticipant(attributes);
    participant.write = async () => false;
    await expect(complete(participant)).rejects.toMatchObject({ status: 404, code: 'participant_not_found' });
    expect(participant.now).toBeLessThanOrEqual(3_300);
    expect(participant.calls.length).toBeLessThan(12);
  });

  it('writes again what somebody else replaced meanwhile, three times at most', async () => {
    const once = new FakeParticipant('{}');
    once.meanwhile[2] = () => {
      once.attributes = '{"role":"vip"}';
    };
    expect(await complete(once)).toEqual({ updates: 2, dropped: [] });
    expect(once.parsed).toEqual({ role: 'vip', ...full });

    const always = new FakeParticipant('{}');
    for (const index of [2, 4, 6, 8]) {
      always.meanwhile[index] = () => {
        always.attributes = '{}';
      };
    }
    expect(await complete(always)).toEqual({ updates: 3, dropped: [] });
  });

  it('succeeds when the last read fails or finds nobody', async () => {
    const failing = new FakeParticipant('{}');
    failing.meanwhile[2] = () => {
      throw new Error('unreachable');
    };
    expect(await complete(failing)).toEqual({ updates: 1, dropped: [] });
    const leaving = new FakeParticipant('{}');
    leaving.meanwhile[2] = () => {
      leaving.attributes = undefined;
    };
    expect(await complete(leaving)).toEqual({ updates: 1, dropped: [] });
  });

  it.each<[string, boolean, string | undefined, object, Completion]>([
    ['what was read is still there', false, undefined, full, { updates: 1, dropped: [] }],
    ['somebody else wrote', false, '{"role":"vip"}', { role: 'vip', ...full }, { updates: 1, dropped: [] }],
    ['it was done', true, undefined, full, { updates: 1, dropped: [] }],
    [
      'it was done and replaced',
      true,
      '{"role":"vip"}',
      { role: 'vip', ...full },
      { updates: 1, dropped: [] },
    ],
  ])(
    'repeats an update whose answer is lost only after another read: %s',
    async (_title, taken, others, then, completion) => {
      const participant = new FakeParticipant('{}');
      const { write } = participant;
      let failed = false;
      participant.write = async (attributes, sleep) => {
        if (!failed) {
          failed = true;
          if (taken) await write(attributes, sleep);
          participant.attributes = others ?? participant.attributes;
          await sleep(100);
        }
        return write(attributes, sleep);
      };
      expect(await complete(participant)).toEqual(completion);
      expect(participant.parsed).toEqual(then);
    },
  );

  it('throws what writing throws', async () => {
    const participant = new FakeParticipant('{}');
    participant.write = async () => {
      throw new Error('refused');
    };
    await expect(complete(participant)).rejects.toThrow('refused');
  });
});

describe('completing a participant at the same time', () => {
  /** Every call of every delivery, and of whoever else writes, comes when the schedule says so. */
  const scheduled = (participant: FakeParticipant, schedule: fc.Scheduler): ParticipantEffects => ({
    deadline: participant.deadline,
    sleep: participant.sleep,
    read: async () => {
      await schedule.schedule(Promise.resolve(), 'read');
      return participant.read();
    },
    write: async (attributes, sleep) => {
      await schedule.schedule(Promise.resolve(), 'write');
      return participant.write(attributes, sleep);
    },
  });

  it('ends in one whole card with deliveries by two builds of the data', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (schedule) => {
        const participant = new FakeParticipant('{"role":"vip"}');
        const renamed = { ...ada, display_name: 'Ada King', avatar: 'https://example.com/king.png' };
        const deliveries = [ada, renamed, ada, bo].map((card) =>
          completeParticipant(cards(card), scheduled(participant, schedule)),
        );
        await schedule.waitIdle();
        await Promise.all(deliveries);
        expect([
          { role: 'vip', ...full },
          { role: 'vip', ...full, display_name: 'Ada King', avatar: renamed.avatar },
          // The older build knows no avatar; the newer one then completes the card, which is the same one.
          { role: 'vip', ...full, avatar: renamed.avatar },
          { role: 'vip', customer_id: 'bo', display_name: 'Bo', avatar: bo.avatar },
        ]).toContainEqual(participant.parsed);
      }),
    );
  });

  it('loses nothing that others write but what comes between a read and its update', async () => {
    let lost = 0;
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (schedule) => {
        const participant = new FakeParticipant('{"role":"vip"}');
        const other = async (): Promise<void> => {
          await schedule.schedule(Promise.resolve(), 'other reads');
          const seen = JSON.parse(String(participant.attributes)) as object;
          await schedule.schedule(Promise.resolve(), 'other writes');
          participant.calls.push('other');
          participant.attributes = JSON.stringify({ ...seen, language: 'es' });
        };
        const work = [completeParticipant(cards(), scheduled(participant, schedule)), other()];
        await schedule.waitIdle();
        await Promise.all(work);
        // Twilio delivers again, and nothing of ours is missing.
        await completeParticipant(cards(), participant);
        const { language, ...rest } = participant.parsed as Record<string, unknown>;
        expect(rest).toEqual({ role: 'vip', ...full });
        if (language === 'es') return;
        lost += 1;
        expect(participant.calls.join(' ')).toContain('read other write');
      }),
      { numRuns: 500 },
    );
    expect(lost).toBeGreaterThan(0);
  });
});
