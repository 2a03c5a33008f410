import { readNeeds } from '../../../cli/setup/needs';
import type { Decision, Plan } from '../../../cli/setup/plan';
import { SetupSession } from '../../../cli/setup/session';
import { diagnose, useHealthyAccount } from './healthy';

const healthy = useHealthyAccount();
const sms = '+16465550190';
const id = `number:${sms}`;
const secret = 'https://user:secret@example.com/sms?key=1';
const shown = 'https://…@example.com/sms?…';
const replies = `warning number_replies: ${sms} also has a URL of its own for messages: customers may get two answers`;
const kept = `notice number_kept: Messages to ${sms} are also answered by ${shown}, because you told setup to keep it`;

/** A new run of the command, which knows only what is in the files. */
const session = (): SetupSession => new SetupSession(healthy.current.project.root, healthy.current.account);

async function plan(decisions: Record<string, Decision> = {}): Promise<Plan> {
  const { routing } = await healthy.current.subject();
  const needs = readNeeds(routing, healthy.current.functionsUrl, 'account');
  const opened = session();
  const state = await opened.readState(needs);
  return opened.plan(needs, state, { decisions: new Map(Object.entries(decisions)) });
}

async function setUp(decisions: Record<string, Decision>): Promise<Plan> {
  const made = await plan(decisions);
  await session().apply(made);
  return made;
}

async function undo(): Promise<string[]> {
  const opened = session();
  return opened.undo(await opened.planUndo());
}

async function doctor(): Promise<string[]> {
  const subject = await healthy.current.subject();
  return diagnose({ ...subject, kept: session().record.kept });
}

function answerWith(sms_url: string): void {
  const [number] = healthy.current.rest.phoneNumbers.numbers(sms);
  if (!number) throw new Error(`${sms} is missing`);
  healthy.current.plant(number, { sms_url });
}

const addresses = () => healthy.current.rest.account.addresses;
const configured = (): string[] =>
  addresses()
    .list()
    .map(({ address }) => address);

beforeEach(() => answerWith(secret));
afterEach(async () => {
  await undo();
  if (configured().includes(sms)) return;
  const form = { 'AutoCreation.Enabled': 'true', 'AutoCreation.Type': 'default' };
  addresses().create({ Type: 'sms', Address: sms, ...form });
});

describe('setup and doctor agree about a number that answers beside its autocreation', () => {
  it('setup asks about what doctor warns of', async () => {
    const { changes, conflicts } = await plan();
    expect([changes, conflicts]).toEqual([
      [],
      [
        {
          id,
          found: secret,
          text: expect.stringContaining(`are answered by ${shown}. Autocreation gets them`),
        },
      ],
    ]);
    expect(await doctor()).toEqual([replies]);
  });

  it('doctor respects that it is kept, until something else answers', async () => {
    await setUp({ [id]: 'keep' });
    expect(await plan()).toMatchObject({ changes: [], conflicts: [], kept: [{ id, found: secret }] });
    expect(await doctor()).toEqual([kept]);
    answerWith('https://example.com/2');
    expect((await plan()).conflicts).toMatchObject([{ id, found: 'https://example.com/2' }]);
    expect(await doctor()).toEqual([replies]);
  });

  it('doctor respects that it was to be replaced, and both say how to end the second answer', async () => {
    const text = `Messages to ${sms} are also answered by ${shown}`;
    expect(await setUp({ all: 'replace' })).toMatchObject({ changes: [], conflicts: [], kept: [] });
    expect(await plan()).toMatchObject({
      changes: [],
      conflicts: [],
      kept: [],
      notices: [
        `${text}: to end that, remove "A message comes in" under Phone Numbers → Manage → Active numbers → ${sms}.`,
      ],
    });
    expect(await doctor()).toEqual([
      `notice number_kept: ${text}: you told setup to replace it, but setup never changes the number itself`,
    ]);
  });

  it('a later decision takes the place of an earlier one, in both directions', async () => {
    await setUp({ [id]: 'keep' });
    await setUp({ all: 'replace' });
    expect((await plan()).kept).toEqual([]);
    await setUp({ [id]: 'keep' });
    expect(await doctor()).toEqual([kept]);
  });

  it('undo forgets the decision: setup asks again, and doctor warns', async () => {
    await setUp({ [id]: 'replace' });
    expect(await undo()).toEqual([]);
    expect((await plan()).conflicts).toMatchObject([{ id }]);
    expect(await doctor()).toEqual([replies]);
  });
});

describe('setup and doctor agree about a number without autocreation that answers by itself', () => {
  beforeEach(() => addresses().remove(sms));

  it('setup says what a replacement does, and what it does not', async () => {
    expect((await plan()).conflicts).toEqual([
      {
        id,
        found: secret,
        text: `Messages to ${sms} are answered by ${shown}. With autocreation both get them, and customers may get two answers. If you replace it, autocreation is set up too; setup never changes the number itself.`,
      },
    ]);
  });

  it('once it is kept, doctor names what answers, and misses no autocreation', async () => {
    await setUp({ [id]: 'keep' });
    expect(await plan()).toMatchObject({ changes: [], conflicts: [] });
    expect(await doctor()).toEqual([
      `notice number_kept: Messages to ${sms} are answered by ${shown} and create no conversations, because you told setup to keep it`,
    ]);
  });

  it('once it is replaced, both get the messages; undo removes the autocreation', async () => {
    await setUp({ [id]: 'replace' });
    expect(configured()).toContain(sms);
    expect(await plan()).toMatchObject({ changes: [], conflicts: [] });
    expect(await doctor()).toEqual([expect.stringMatching(/^notice number_kept: .* also answered by/)]);
    await undo();
    expect(configured()).not.toContain(sms);
  });

  it('autocreation that somebody removes comes back with the next setup, which need not ask', async () => {
    await setUp({ [id]: 'replace' });
    addresses().remove(sms);
    expect(await doctor()).toContainEqual(expect.stringMatching(/^warning autocreation_missing: /));
    expect(await plan()).toMatchObject({ changes: [{ kind: 'address', id: `sms:${sms}` }], conflicts: [] });
  });
});

it.each([
  ['a Studio flow', { enabled: true, type: 'studio' }, [id], ['autocreation_kept', 'number_kept']],
  ['nothing', { enabled: false, type: 'default' }, [], ['autocreation_kept']],
])(
  'a number whose address configuration is kept for %s is a question where both answer',
  async (_what, given, asked, found) => {
    healthy.current.plant(addresses().fetch(sms), {
      auto_creation: { ...given, conversation_service_sid: null },
    });
    const address = `address:sms:${sms}`;
    expect((await plan({ [address]: 'keep' })).conflicts.map((one) => one.id)).toEqual(asked);
    expect(await setUp({ all: 'keep' })).toMatchObject({ changes: [], conflicts: [] });
    expect((await doctor()).map((one) => one.split(/[ :]/)[1])).toEqual(found);
  },
);

it('what a Messaging Service answers is kept like the URL of a number, which does not get the messages then', async () => {
  const service = healthy.current.rest.messagingServices.add({}, [sms]);
  expect(await doctor()).toEqual([]);
  healthy.current.plant(service, { inbound_request_url: 'https://example.com/in' });
  const { kept } = await setUp({ [id]: 'keep' });
  expect(kept).toMatchObject([
    { id, found: `https://example.com/in (of the Messaging Service ${service.sid})` },
  ]);
  expect(await doctor()).toEqual([
    `notice number_kept: Messages to ${sms} are also answered by https://example.com/in (of the Messaging Service ${service.sid}), because you told setup to keep it`,
  ]);
});
