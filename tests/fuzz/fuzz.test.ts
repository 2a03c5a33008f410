import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';
import type { TwilioFunction } from '../../lib/webhook/callback';
import { useJumpingClock } from '../support/clock';
import { loadFunction } from '../support/direct-runtime';
import { authToken } from '../support/fake-twilio';
import { type FixtureName, fixture } from '../support/fixtures';
import { invoke } from '../support/invoke';
import { projectRoot } from '../support/project';
import type { Answer } from '../support/runtime';
import { type Behavior, behaviors, FlakyTwilio, nonsensicalBehaviors } from './flaky-twilio';
import { hostile, hostileEvents, secrets } from './hostile-events';
import {
  conversation,
  groupConversation,
  participant,
  type Subject,
  subjects,
  validAssets,
} from './subjects';

const runs = 1_500;

/** A Twilio that has the fixtures' conversations, whose customer has these attributes. */
function twilioWith(sequence: readonly Behavior[], attributes: unknown): FlakyTwilio {
  const twilio = new FlakyTwilio(sequence);
  const text = typeof attributes === 'string' ? attributes : JSON.stringify(attributes ?? {});
  for (const sid of [conversation, groupConversation]) {
    twilio.addConversation({ sid }, [{ sid: participant, address: '+12125550101', attributes: text }]);
  }
  twilio.addUser({ identity: 'alice@example.com' });
  twilio.addUser({ identity: 'bob@example.com', isAvailable: false });
  return twilio;
}

/** What is true of every answer: given once, in time, with one log line that tells nothing personal. */
function checkForm(
  { callbacks, status, headers, body, lines, ms }: Answer,
  { file, budgetMs }: Subject,
): void {
  assert.equal(callbacks, 1, 'answered once');
  assert.ok(ms <= budgetMs, `answered after ${ms} ms`);
  assert.deepEqual(headers, { 'content-type': 'application/json' });
  assert.ok(typeof body === 'object' && body !== null);
  const text = JSON.stringify(body);
  if (file !== 'conversations') assert.ok(Buffer.byteLength(text) <= 64 * 1024, 'Frontline reads 64 KB');
  if (status >= 400) {
    assert.deepEqual(
      Object.entries(body)
        .map(([name, value]) => [name, typeof value])
        .sort(),
      [
        ['code', 'string'],
        ['message', 'string'],
      ],
    );
    assert.doesNotMatch(text, /internal_error/, JSON.stringify(lines));
  }

  assert.equal(lines.length, 1, 'one log line');
  const [facts = {}] = lines;
  const line = JSON.stringify(facts);
  assert.equal(facts.status, status);
  assert.equal(typeof facts.ms, 'number');
  assert.ok(['info', 'warn', 'error'].includes(String(facts.level)));
  for (const secret of [...secrets, authToken]) assert.ok(!line.includes(secret), `${secret} in ${line}`);
}

const namesField =
  /^event has no fields: |^(Worker|CustomerId|Channel(Type|Value)|PageSize|Anchor|NextPageToken|Query|(Conversation|Participant)Sid|Identity|Attributes|MessagingBinding\.\w+) (is|must) /;

/** Who is to blame shows in the status. */
function checkBlame({ status, body }: Answer, event: Record<string, unknown>, twilio: FlakyTwilio): void {
  const { code, message } = body as { code: string; message: string };
  switch (status) {
    case 200:
      break;
    case 400:
      assert.match(message, namesField);
      break;
    case 403:
      assert.equal(code, 'customer_of_another_worker');
      break;
    case 404:
      if (/^(conversation|participant)_not_found$/.test(code)) assert.ok(twilio.answered.includes(404));
      else assert.match(code, /^(customer_not_found|no_proxy_address)$/);
      break;
    case 422:
      assert.match(message, /^(Location|EventType) must be one of: /);
      break;
    case 500:
      if (code === 'credentials_refused') {
        assert.ok(twilio.answered.some((answered) => answered === 401 || answered === 403));
      } else {
        assert.equal(code, 'proxy_is_the_customers');
        assert.match(String(event.ChannelValue), /6465550190/);
      }
      break;
    case 502:
    case 503:
      assert.ok(twilio.failed, 'Twilio is blamed and did nothing wrong');
      break;
    default:
      assert.fail(`no rule allows ${status}`);
  }
}

// A rejection that nobody handles needs no check of its own: Jest fails the test in which it happens.
const clock = useJumpingClock();

/** A function of this project, loaded anew. */
function load({ file }: Subject): TwilioFunction {
  return loadFunction(join(projectRoot, `functions/callbacks/${file}.protected`));
}

describe.each(subjects)('/callbacks/$file, whatever it is sent', (subject) => {
  const { file, by, fixtures, statuses, rare = [], asking } = subject;
  const always = (status: number, code: number): Behavior[] =>
    Array.from({ length: 100 }, () => ({ is: 'answer', status, body: { status, code, message: 'x' } }));
  const examples: [Record<string, string>, Behavior[], unknown][] = [
    ...rare.map((event): (typeof examples)[number] => [event, [], {}]),
    ...(asking ? [always(400, 50000), always(401, 20003), always(503, 20503)] : []).map(
      (behaviors): (typeof examples)[number] => [asking ?? {}, behaviors, {}],
    ),
  ];

  it('answers once, in time, by the rules, with one log line that tells no secret', async () => {
    const handler = load(subject);
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(hostileEvents(fixtures), behaviors, hostile, async (event, sequence, attributes) => {
        const twilio = twilioWith(sequence, attributes);
        const answer = await invoke(handler, event, { twilio, assets: validAssets, clock });
        checkForm(answer, subject);
        checkBlame(answer, event, twilio);
        assert.ok(statuses.includes(answer.status), String(answer.status));
        seen.add(answer.status);
        if (by === 'EventType' && file === 'conversations' && event[by] !== 'onParticipantAdded') {
          assert.equal(answer.status, 200);
        }
      }),
      { numRuns: subject.runs ?? runs, examples },
    );
    expect([...seen].sort()).toEqual(statuses);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  }, 60_000);
});

/** An event that makes the function ask Twilio. */
function realEvent({ file }: Subject): FixtureName {
  return file === 'routing' ? 'on-conversation-route' : 'on-participant-added-customer';
}

describe.each(subjects.filter(({ by }) => by === 'EventType'))('/callbacks/$file', (subject) => {
  it('blames Twilio for an answer that makes no sense', async () => {
    const handler = load(subject);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...subject.fixtures), nonsensicalBehaviors, async (name, sequence) => {
        const twilio = twilioWith(sequence, {});
        const event = fixture(name);
        const answer = await invoke(handler, event, { twilio, assets: validAssets, clock });
        checkForm(answer, subject);
        checkBlame(answer, event, twilio);
      }),
      { numRuns: 250 },
    );
  });

  it('logs nothing of an error whose code is text', async () => {
    const behavior: Behavior = {
      is: 'answer',
      status: 400,
      body: { code: 'about +12125550101', message: 'x' },
    };
    const event = fixture(realEvent(subject));
    const always = Array.from({ length: 100 }, () => behavior);
    const twilio = twilioWith(always, {});
    const answer = await invoke(load(subject), event, { twilio, assets: validAssets, clock });
    checkForm(answer, subject);
    expect(answer.status).toBe(503);
  });

  it.each([
    ['the ACCOUNT_SID is cut short', { ACCOUNT_SID: 'AC1' }],
    ['the AUTH_TOKEN is cut short', { AUTH_TOKEN: 'x' }],
    ['the ACCOUNT_SID is empty', { ACCOUNT_SID: '' }],
    ['the AUTH_TOKEN is missing', { AUTH_TOKEN: undefined }],
  ])('answers 500 when %s', async (_title, env) => {
    const event = fixture(realEvent(subject));
    const twilio = twilioWith([], {});
    const answer = await invoke(load(subject), event, { twilio, env, assets: validAssets, clock });
    checkForm(answer, subject);
    expect(answer.status).toBe(500);
  });
});

describe('onConversationAdd, whatever is wrong with the data', () => {
  it('answers 200', async () => {
    const subject = subjects.find(({ file }) => file === 'conversations') as Subject;
    const failing = (message: string) => (): never => {
      throw new Error(message);
    };
    const customersOf = (text: string): object => ({ '/customers.json': { open: () => text } });
    const assets: fc.Arbitrary<() => object> = fc.oneof(
      fc.constant(failing('no assets +12125550101')),
      fc.constant(() => ({})),
      fc.constant(() => undefined as unknown as object),
      fc.oneof(fc.string(), fc.json()).map((text) => () => customersOf(text)),
      fc
        .array(
          fc.dictionary(
            fc.constantFrom('customer_id', 'display_name', 'avatar', 'worker', 'channels', 'links'),
            fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant([{ type: 'sms', value: '+12125550101' }])),
          ),
        )
        .map((customers) => () => customersOf(JSON.stringify({ customers }))),
      fc.constant(() => ({ '/customers.json': { open: failing('EIO alice@example.com') } })),
    );
    await fc.assert(
      fc.asyncProperty(assets, hostile, hostile, async (getAssets, attributes, address) => {
        const event = {
          ...fixture('on-conversation-add-inbound'),
          Attributes: attributes,
          ...(typeof address === 'string' && { 'MessagingBinding.Address': address }),
        };
        const answer = await invoke(load(subject), event, { assets: getAssets, clock });
        checkForm(answer, subject);
        expect(answer.status).toBe(200);
      }),
      { numRuns: 150 },
    );
  });
});
