import { useLocal } from '../simulator/local-over-http';
import { projectRoot } from '../support/project';
import {
  conversation,
  customerMembership,
  customerParticipant,
  message,
  webhookConfiguration,
  withoutChance,
  worker,
  workerMembership,
  workerParticipant,
} from './resources';
import { TwilioCli } from './twilio-cli';

// Each call is a process that loads Twilio's whole API.
jest.setTimeout(60_000);
const { running } = useLocal();
const cli = new TwilioCli(() => running.local.account(), projectRoot);
afterAll(() => cli.remove());

const api = 'api:conversations:v1';
/** What calls print, one after the other. */
const print = async (...calls: string[][]): Promise<unknown> => {
  const printed: unknown[] = [];
  for (const call of calls) printed.push(await cli.json(...call));
  return withoutChance(printed);
};
/** How a call fails. */
const failure = async (...call: string[]): Promise<unknown> => {
  const { status, stdout, stderr } = await cli.run([...call, '-o', 'json']);
  return [status, stderr, JSON.parse(stdout)];
};
const twilioError = (status: number, code: number, text: string): object[] => [
  { code, message: text, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
];

describe('the Twilio CLI', () => {
  it('creates, changes, lists and removes conversations', async () => {
    const attributes = '{"tier":"gold"}';
    const create = [`${api}:conversations:create`, '--friendly-name', 'Ada Lovelace', '--unique-name', 'ada'];
    const update = [`${api}:conversations:update`, '--sid', 'ada', '--attributes', attributes];
    const one = { friendlyName: 'Ada Lovelace', uniqueName: 'ada' };
    expect(await print(create, update, [`${api}:conversations:list`])).toEqual([
      [conversation(one)],
      [conversation({ ...one, attributes })],
      [conversation({ ...one, attributes })],
    ]);
    expect(await cli.run([`${api}:conversations:remove`, '--sid', 'ada'])).toEqual({
      status: 0,
      stdout: '',
      stderr: 'The resource was deleted successfully\n',
    });
    expect(await cli.run(`${api}:conversations:list -o json`)).toEqual({
      status: 0,
      stdout: '',
      stderr: 'No results\n',
    });
  });

  it('adds participants and messages, and finds the conversations of both participants', async () => {
    const [{ sid }] = await cli.json<[{ sid: string }]>(
      `${api}:conversations:create`,
      '--friendly-name',
      'Ada',
    );
    const of = ['--conversation-sid', sid];
    const participants = `${api}:conversations:participants`;
    const addresses = ['+12125550101', '--messaging-binding.proxy-address', '+16465550190'];
    const memberships = `${api}:participant-conversations:list`;
    expect(
      await print(
        [`${participants}:create`, ...of, '--messaging-binding.address', ...addresses],
        [`${participants}:create`, ...of, '--identity', worker],
        [`${participants}:list`, ...of],
        [memberships, '--identity', worker],
        [memberships, '--address', '+12125550101'],
        [`${api}:conversations:messages:create`, ...of, '--author', worker, '--body', 'Grüße 👋'],
      ),
    ).toEqual([
      [customerParticipant('MB1')],
      [workerParticipant('MB2')],
      [customerParticipant('MB1'), workerParticipant('MB2')],
      [workerMembership('MB2')],
      [customerMembership('MB1')],
      [message({ body: 'Grüße 👋', participantSid: 'MB2' })],
    ]);
    expect(await failure(`${participants}:create`, ...of, '--identity', worker)).toEqual([
      // The CLI ends with the code's first two digits.
      50,
      '',
      twilioError(409, 50433, 'Participant already exists'),
    ]);
  });

  it("reads the account's webhooks and phone numbers, and changes a number", async () => {
    const hook = `${running.functions}/callbacks/conversations`;
    const [webhooks, numbers] = (await print(
      [`${api}:configuration:webhooks:fetch`],
      ['phone-numbers:list'],
    )) as [unknown, { phoneNumber: string }[]];
    expect(webhooks).toEqual([
      webhookConfiguration({
        filters: ['onConversationAdd', 'onParticipantAdded'],
        preWebhookUrl: hook,
        postWebhookUrl: hook,
      }),
    ]);
    expect(numbers.map(({ phoneNumber }) => phoneNumber)).toEqual(['+16465550190', '+442079460190']);
    expect(
      await print(['phone-numbers:update', '+16465550190', '--sms-url', 'https://example.com/sms']),
    ).toEqual([[{ sid: 'PN1', result: 'Success', smsUrl: 'https://example.com/sms' }]]);
  });

  it('logs in, and from then on uses the API key of its profile', async () => {
    const { accountSid, authToken } = running.local.account();
    const create = ['profiles:create', accountSid, '--auth-token', authToken, '--profile', 'local'];
    const login = await cli.runLoggedIn(...create);
    expect(login).toMatchObject({ status: 0, stderr: expect.stringContaining('Saved local.') });
    const keys = running.local.rest.apiKeys.list();
    expect(keys.map(({ friendly_name }) => friendly_name)).toEqual([expect.stringMatching(/^twilio-cli /)]);

    const refused = await cli.runLoggedIn(...create.with(3, '0'.repeat(32)), '--force');
    expect(refused.stderr).toContain('Could not validate the provided credentials. Not saving.');
    const made = [
      'conversations:v1:conversations:create',
      '--friendly-name',
      'Ada',
      '-p',
      'local',
      '-o',
      'json',
    ];
    const { status, stdout } = await cli.runLoggedIn(`api:${made[0]}`, ...made.slice(1));
    expect([status, JSON.parse(stdout)]).toEqual([0, [expect.objectContaining({ friendlyName: 'Ada' })]]);
  });

  it.each([
    [
      'a conversation that is not there',
      20,
      404,
      20404,
      `${api}:conversations:fetch --sid CH${'9'.repeat(32)}`,
    ],
    ['what is not simulated', 20, 501, 20501, 'api:sync:v1:services:list'],
  ])('says what is wrong: %s', async (_title, exit, status, code, call) => {
    const found = await failure(...call.split(' '));
    expect(found).toEqual([exit, '', [expect.objectContaining({ status, code })]]);
  });
});
