import twilio from 'twilio';
import { examine } from '../../../cli/doctor/examine';
import type { Subject } from '../../../cli/doctor/subject';
import { inProcess } from '../../simulator/in-process';
import { diagnose, type HealthyAccount, useHealthyAccount } from './healthy';

const healthy = useHealthyAccount();
const sms = '+16465550190';
const ends = (sid: string): string => `${sid}${'9'.repeat(32)}`;
const webhooks = ({ rest }: HealthyAccount) => rest.account.webhooks.fetch();
const address = ({ rest }: HealthyAccount, wanted = sms) => {
  const found = rest.account.addresses.list().find((one) => one.address === wanted);
  if (!found) throw new Error(`${wanted} is not configured`);
  return found;
};

it('finds nothing on a healthy account, and times every callback', async () => {
  const { findings, probes } = await examine(await healthy.current.subject());
  expect(findings).toEqual([]);
  expect(probes.map(({ request, status }) => `${status} ${request}`)).toEqual([
    '200 GetProxyAddress /callbacks/outgoing-conversation',
    '200 GetCustomersList /callbacks/crm',
    '200 GetTemplatesByCustomerId /callbacks/templates',
    '404 onConversationRoute /callbacks/routing',
    '200 onConversationAdd /callbacks/conversations',
    '200 onDoctorProbe /callbacks/conversations',
  ]);
});

it('changes nothing at Twilio', async () => {
  const methods = new Set<string>();
  const stop = healthy.current.rest.onRequest(({ request }) => methods.add(request.method));
  await examine(await healthy.current.subject());
  stop();
  expect([...methods]).toEqual(['GET']);
});

describe('a fault of the account', () => {
  it.each<[string, (at: HealthyAccount, subject: Subject) => void, (string | RegExp)[]]>([
    [
      'a wrong auth token',
      ({ rest }, subject) => {
        subject.client = twilio(subject.accountSid, 'wrong', { httpClient: inProcess(rest) });
      },
      [`error credentials_rejected: Twilio rejects the credentials of account AC${'0'.repeat(32)}`],
    ],
    [
      'no Conversations',
      (at) =>
        at.fail(
          { host: 'conversations.twilio.com', path: '/v1/Configuration' },
          { status: 403, code: 20403 },
        ),
      [
        `error conversations_unavailable: Account AC${'0'.repeat(32)} cannot use Conversations: 403 20403 HTTP 403`,
      ],
    ],
    [
      'a product that does not answer',
      (at) => at.fail({ host: 'content.twilio.com' }, { status: 500, code: 20500 }),
      ['error check_failed: Twilio could not be asked about templates: 500 20500 HTTP 500'],
    ],
    [
      'no Pre-Event URL',
      (at) => at.plant(webhooks(at), { pre_webhook_url: null }),
      [
        /^error webhook_url_missing: The Pre-Event URL is not set: it should be http:.*\/callbacks\/conversations$/,
      ],
    ],
    [
      "somebody else's Post-Event URL",
      (at) =>
        at.plant(webhooks(at), { post_webhook_url: 'https://user:secret@example.com/hook?token=secret' }),
      [
        /^error webhook_url_other: The Post-Event URL of the account is https:\/\/…@example.com\/hook\?…, not http:/,
      ],
    ],
    [
      'webhooks that go to Flex',
      (at) => at.plant(webhooks(at), { target: 'flex' }),
      [
        'error webhook_target_flex: The Conversations webhooks of the account go to Flex, not to the functions',
      ],
    ],
    [
      'webhooks that go to Flex, as somebody has decided',
      (at, subject) => {
        at.plant(webhooks(at), { target: 'flex' });
        subject.kept = [{ id: 'target', found: 'flex' }];
      },
      [
        'notice webhook_kept: The Conversations webhooks of the account go to Flex, not to the functions, because you told setup to keep it',
      ],
    ],
    [
      "somebody else's URL, as somebody has decided",
      (at, subject) => {
        const url = 'https://user:secret@example.com/hook?token=secret';
        at.plant(webhooks(at), { post_webhook_url: url });
        subject.kept = [{ id: 'post-url', found: url }];
      },
      [
        'notice webhook_kept: The Post-Event URL of the account is https://…@example.com/hook?…, because you told setup to keep it',
      ],
    ],
    [
      "somebody else's URL, after a decision about another one",
      (at, subject) => {
        at.plant(webhooks(at), { post_webhook_url: 'https://example.com/2' });
        subject.kept = [{ id: 'post-url', found: 'https://example.com/1' }];
      },
      [/^error webhook_url_other: The Post-Event URL of the account is https:\/\/example.com\/2, not http:/],
    ],
    [
      'a missing filter',
      (at) => at.plant(webhooks(at), { filters: ['onConversationAdd', 'onMessageAdded'] }),
      ['error webhook_filter_missing: The webhooks of the account lack the filter onParticipantAdded'],
    ],
    [
      'webhooks by GET',
      (at) => at.plant(webhooks(at), { method: 'GET' }),
      ['error webhook_method: The webhooks of the account use GET, but the functions need POST'],
    ],
    [
      'an event that comes twice',
      (at) => {
        const service = at.rest.account.configuration.fetch().default_chat_service_sid;
        const { post_webhook_url } = webhooks(at);
        at.plant(at.rest.account.webhooks.ofService(service), {
          post_webhook_url,
          filters: ['onParticipantAdded'],
        });
      },
      [
        /^warning webhook_twice: onParticipantAdded comes twice: the webhooks of the account and of service IS/,
      ],
    ],
    [
      'a conversation service that is not there',
      (_at, subject) => {
        subject.routing.conversationServiceSid = ends('IS');
      },
      [
        `error conversation_service_unknown: The account has no conversation service ${ends('IS')}`,
        ...[sms, 'whatsapp:+16465550190', '+442079460190'].map(
          (one) =>
            `warning autocreation_other_service: Messages to ${one} create conversations in the default service, not in ${ends('IS')}`,
        ),
      ],
    ],
    [
      'an address without autocreation',
      (at) => at.plant(address(at), { address: '+15550199' }),
      [
        `warning autocreation_missing: Nothing creates conversations from messages to ${sms}, unless its messaging service does`,
      ],
    ],
    [
      'autocreation that is off',
      (at) =>
        at.plant(address(at), {
          auto_creation: { enabled: false, type: 'default', conversation_service_sid: null },
        }),
      [`error autocreation_off: Messages to ${sms} create no conversations: autocreation is off`],
    ],
    [
      'autocreation of a Studio flow',
      (at) =>
        at.plant(address(at), {
          auto_creation: { enabled: true, type: 'studio', conversation_service_sid: null },
        }),
      [`error autocreation_other: Messages to ${sms} go elsewhere: the type of its autocreation is studio`],
    ],
    [
      'autocreation of a Studio flow, as somebody has decided',
      (at, subject) => {
        at.plant(address(at), {
          auto_creation: { enabled: true, type: 'studio', conversation_service_sid: null },
        });
        const found = 'autocreation of type studio in the default service';
        subject.kept = [{ id: `address:sms:${sms}`, found }];
      },
      [
        `notice autocreation_kept: Messages to ${sms} go elsewhere, because you told setup to keep it: autocreation of type studio in the default service`,
      ],
    ],
    [
      'a number of somebody else',
      (_at, subject) => {
        subject.routing.proxyAddresses.rules.push({ channel: 'sms', proxyAddress: '+15550100' });
      },
      [
        'warning autocreation_missing: Nothing creates conversations from messages to +15550100, unless its messaging service does',
        `error number_unknown: Account AC${'0'.repeat(32)} does not own +15550100`,
      ],
    ],
    [
      'a number that answers by itself',
      (at) => {
        const [number] = at.rest.phoneNumbers.numbers(sms);
        if (number) at.plant(number, { sms_url: 'https://demo.twilio.com/welcome/sms/reply' });
      },
      [
        `warning number_replies: ${sms} also has a URL of its own for messages: customers may get two answers`,
      ],
    ],
    [
      'a number that answers by itself, as somebody has decided',
      (at, subject) => {
        const [number] = at.rest.phoneNumbers.numbers(sms);
        if (number) at.plant(number, { sms_url: 'https://user:secret@example.com/sms?key=1' });
        subject.kept = [{ id: `number:${sms}`, found: 'https://user:secret@example.com/sms?key=1' }];
      },
      [
        `notice number_kept: Messages to ${sms} are also answered by https://…@example.com/sms?…, because you told setup to keep it`,
      ],
    ],
    [
      'a number that answers by something else than what setup was told to keep',
      (at, subject) => {
        const [number] = at.rest.phoneNumbers.numbers(sms);
        if (number) at.plant(number, { sms_url: 'https://example.com/2' });
        subject.kept = [{ id: `number:${sms}`, found: 'https://example.com/1' }];
      },
      [
        `warning number_replies: ${sms} also has a URL of its own for messages: customers may get two answers`,
      ],
    ],
    [
      'a WhatsApp sender that is offline',
      (at) => {
        const [sender] = at.rest.phoneNumbers.senders();
        if (sender) at.plant(sender, { status: 'OFFLINE' });
      },
      ['error sender_offline: The WhatsApp sender whatsapp:+16465550190 is OFFLINE'],
    ],
    [
      'an account without Frontline',
      (at) => at.plant(at.rest.frontline, { access: 'missing' }),
      [
        'error frontline_missing: Frontline knows none of the 4 workers of the data: the account has no Frontline, or no identity is right',
      ],
    ],
    [
      'a worker with a typo',
      (_at, subject) => {
        subject.routing.routing.pool.push('Bbo@example.com');
      },
      [
        'error worker_unknown: Worker Bbo@example.com is no user of Frontline or Flex; did you mean bob@example.com?',
      ],
    ],
    [
      'a worker who has been deactivated',
      (at) => at.plant(at.rest.frontline.user('dave@example.com'), { state: 'deactivated' }),
      [
        'error worker_deactivated: Worker dave@example.com is deactivated in Frontline, and still gets conversations',
      ],
    ],
    [
      'nobody at work',
      (at) => {
        for (const user of at.rest.frontline.users()) at.plant(user, { is_available: false });
      },
      ['notice nobody_available: No worker of the data is available in Frontline right now'],
    ],
    [
      'a template that is not there',
      (_at, { templates }) => {
        templates.categories[0]?.templates.push({ content: 'Hello', contentSid: ends('HX') });
      },
      [`error template_unknown: The account has no Content template ${ends('HX')}`],
    ],
    [
      'a template that WhatsApp has rejected',
      (at) =>
        at.plant(at.rest.content.approvalRequests(`HX${'0'.repeat(31)}1`).whatsapp, { status: 'rejected' }),
      [
        `error template_not_approved: The data marks template HX${'0'.repeat(31)}1 (Openers) as approved, but WhatsApp's status is rejected`,
      ],
    ],
    [
      'Sync that cannot be reached',
      (at) => at.fail({ host: 'sync.twilio.com' }, { status: 503, code: 20503, message: 'Unavailable' }),
      ['error sync_unreachable: Sync cannot be reached: Unavailable. Outbound starts need it'],
    ],
    [
      'a workflow that is not there',
      (_at, subject) => {
        subject.routing.flex.workflowSid = ends('WW');
      },
      [/^error flex_sid_unknown: Workspace WS\w+ has no workflow WW9{32}$/],
    ],
    [
      'a queue that nobody has named',
      (_at, subject) => {
        const { FLEX_QUEUE_SID: _queue, ...others } = subject.variables;
        subject.variables = others;
      },
      ['error flex_incomplete: Outbound conversations from Flex cannot start: there is no queue'],
    ],
    [
      'no Flex at all, which is no fault',
      (_at, subject) => {
        subject.variables = {};
      },
      [
        'notice flex_not_set_up: Outbound conversations from Flex are not set up: no workspace, workflow and queue',
      ],
    ],
    [
      'no key for servers',
      (_at, subject) => {
        const { OUTBOUND_API_KEY: _key, ...others } = subject.variables;
        subject.variables = others;
      },
      [
        'warning outbound_key_missing: Servers cannot call /flex/outbound-message: OUTBOUND_API_KEY is not set',
      ],
    ],
    [
      'a short key for servers',
      (_at, subject) => {
        subject.variables = { ...subject.variables, OUTBOUND_API_KEY: 'short' };
      },
      [
        'error outbound_key_invalid: OUTBOUND_API_KEY has 5 characters: keys shorter than 32 characters are ignored',
      ],
    ],
    [
      'a short key for cron services',
      (_at, subject) => {
        subject.variables = { ...subject.variables, SWEEP_API_KEY: 'short' };
      },
      [
        'error sweep_key_invalid: SWEEP_API_KEY has 5 characters: keys shorter than 32 characters are ignored',
      ],
    ],
    [
      'a key for servers that no header can have',
      (_at, subject) => {
        subject.variables = { ...subject.variables, OUTBOUND_API_KEY: 'ünïcödekey'.repeat(4) };
      },
      ['error outbound_key_invalid: OUTBOUND_API_KEY contains characters that cannot be sent in a header'],
    ],
    [
      'a variable over the limit',
      (_at, subject) => {
        subject.variables = { ...subject.variables, NOTE: 'x'.repeat(451) };
      },
      ['error variable_too_large: The variable NOTE has 451 bytes; Twilio takes at most 450'],
    ],
  ])('is found: %s', async (_title, plant, expected) => {
    const subject = await healthy.current.subject();
    plant(healthy.current, subject);
    expect(await diagnose(subject)).toEqual(
      expected.map((one) => (typeof one === 'string' ? one : expect.stringMatching(one))),
    );
  });
});
