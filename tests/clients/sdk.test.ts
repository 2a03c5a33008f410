import { join } from 'node:path';
import { useLocal } from '../simulator/local-over-http';
import { accountSid } from '../simulator/rest-api';
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
import { runClient } from './run-client';

const { running } = useLocal();
// The functions have 6. Older code that the local Twilio may serve has older ones: 3 is in Twilio's sample for Frontline,
// https://github.com/twilio/frontline-demo-service/blob/02afd8ed3bf42142a6ba6bb8a5b11f93efeb7242/package.json
const majors = {
  3: 'tests/clients/node_modules/twilio-v3',
  4: 'tests/clients/node_modules/twilio-v4',
  5: 'tests/clients/node_modules/twilio-v5',
  6: 'node_modules/twilio',
};

const failure = (status: number, code: number, text: string): object => ({
  type: 'RestException',
  status,
  code,
  message: text,
  moreInfo: `https://www.twilio.com/docs/errors/${code}`,
});
const missing = (path: string): object => failure(404, 20404, `The requested resource ${path} was not found`);
const sync = `/Services/IS${'2'.padStart(32, '0')}/Documents`;
const channels = 'https://flex-api.twilio.com/v1/Interactions/KD1/Channels/UO1';
const binding = { address: '+12125550101', proxy_address: '+16465550190' };
const updated = { friendlyName: 'Uno', uniqueName: 'one', attributes: '{"tier":"gold"}' };

/** What each major returns for the calls in sdk-calls.cjs. */
const returned = (): Record<string, object> => ({
  conversations: {
    updated: conversation(updated),
    byName: conversation(updated),
    names: ['Uno', 'Two', 'Three'],
    limited: 2,
    closed: 'closed',
    removed: true,
    left: 2,
  },
  participants: {
    all: [customerParticipant('MB1', { attributes: '{"customer_id":"1001"}' }), workerParticipant('MB2')],
    ofWorker: [workerMembership('MB2')],
    ofCustomer: [customerMembership('MB1')],
    removed: true,
    left: [true],
  },
  messages: {
    sent: 'Grüße 👋 & more',
    changed: message({ body: 'Hello' }),
    fetched: 'Hello',
    listed: [
      [1, 'Bye'],
      [0, 'Hello'],
    ],
    removed: true,
    left: 1,
  },
  webhooks: {
    updated: webhookConfiguration({
      method: 'GET',
      filters: ['onMessageAdded', 'onConversationAdd'],
      preWebhookUrl: 'https://example.com/before?a=1&b=2',
      postWebhookUrl: `${running.functions}/callbacks/conversations`,
    }),
    restored: ['onConversationAdd', 'onParticipantAdded'],
  },
  interactions: {
    isSameChannel: true,
    channel: {
      sid: 'UO1',
      interactionSid: 'KD1',
      type: 'sms',
      status: 'active',
      errorCode: null,
      errorMessage: null,
      url: channels,
      links: { participants: `${channels}/Participants`, invites: `${channels}/Invites` },
    },
    participants: [{ type: 'sms', ...binding }, 'alice_40example_2Ecom'],
    closed: 'closed',
  },
  documents: {
    created: {
      sid: 'ET1',
      uniqueName: 'start-1',
      accountSid,
      serviceSid: sync.split('/')[2],
      url: `https://sync.twilio.com/v1${sync}/ET1`,
      links: { permissions: `https://sync.twilio.com/v1${sync}/ET1/Permissions` },
      revision: '0',
      data: { step: 'sent' },
      dateExpires: 'DATE',
      dateCreated: 'DATE',
      dateUpdated: 'DATE',
      createdBy: 'system',
    },
    updated: [{ step: 'done' }, '1'],
    again: failure(409, 54301, 'Unique name already exists'),
    late: failure(412, 54103, 'The revision of the document does not match the expected revision'),
    names: ['start-1'],
    removed: true,
    gone: missing(`${sync}/start-1`),
  },
  errors: {
    missing: missing(`/Conversations/CH${'9'.padStart(32, '0')}`),
    twice: failure(409, 50433, 'Participant already exists'),
    unauthorized: failure(401, 20003, 'Authenticate'),
    notSimulated: failure(
      501,
      20501,
      'The local Twilio does not simulate ListService: GET https://sync.twilio.com/v1/Services',
    ),
  },
});

const all = '/v1/Conversations';
const one = `${all}/CH1`;
const documents = '/v1/Services/default/Documents';
const hooks = '/v1/Configuration/Webhooks';

/** The requests of the same calls. */
const sent: Record<string, string[]> = {
  conversations: [
    ...[`POST ${all}`, `POST ${all}`, `POST ${all}`, `POST ${one}`, `GET ${all}/one`],
    ...[`GET ${all}`, `GET ${all}`, `GET ${all}`],
    ...[`GET ${all}`, `POST ${one}`, `DELETE ${one}`, `GET ${all}`],
  ],
  participants: [
    ...[`POST ${all}`, `POST ${one}/Participants`, `POST ${one}/Participants`],
    ...[`POST ${one}/Participants/MB1`, `GET ${one}/Participants`],
    ...['GET /v1/ParticipantConversations', 'GET /v1/ParticipantConversations'],
    ...[`DELETE ${one}/Participants/MB2`, `GET ${one}/Participants`],
  ],
  messages: [
    ...[`POST ${all}`, `POST ${one}/Messages`, `POST ${one}/Messages`, `POST ${one}/Messages/IM1`],
    ...[`GET ${one}/Messages`, `GET ${one}/Messages/IM1`],
    ...[`DELETE ${one}/Messages/IM1`, `GET ${one}/Messages`],
  ],
  webhooks: [`GET ${hooks}`, `POST ${hooks}`, `POST ${hooks}`, `GET ${hooks}`],
  interactions: [
    ...['POST /v1/Interactions', 'GET /v1/Interactions/KD1/Channels'],
    ...[`GET ${one}/Participants`, 'POST /v1/Interactions/KD1/Channels/UO1'],
  ],
  documents: [
    ...[`POST ${documents}`, `POST ${documents}/start-1`, `POST ${documents}`, `POST ${documents}/start-1`],
    ...[`GET ${documents}`, `DELETE ${documents}/start-1`, `GET ${documents}/start-1`],
  ],
  errors: [
    ...[`POST ${all}`, `POST ${one}/Participants`, `GET ${all}/CH${'9'.padStart(32, '0')}`],
    ...[`POST ${one}/Participants`, `GET ${all}`, 'GET /v1/Services'],
  ],
};

/** An agent writes first. */
const interaction = (): object => {
  const { taskRouter } = running.local.rest;
  const { workspaceSid, workflowSid, queueSid } = taskRouter.workspace;
  return {
    channel: { type: 'sms', initiated_by: 'agent', participants: [binding] },
    routing: {
      properties: {
        workspace_sid: workspaceSid,
        workflow_sid: workflowSid,
        queue_sid: queueSid,
        worker_sid: taskRouter.workerNamed(worker).sid,
      },
    },
  };
};

let requests: string[];
let agents: Set<string | undefined>;
beforeAll(() => {
  running.local.rest.onRequest(({ request: { method, path, headers } }) => {
    requests.push(`${method} ${path}`);
    agents.add(headers['user-agent']);
  });
});
beforeEach(() => {
  requests = [];
  agents = new Set();
  running.local.rest.flex.setupMs = 0;
});

describe.each(Object.entries(majors))('version %s of the SDK', (major, folder) => {
  it.each(Object.keys(sent))('gets from the local Twilio what it is made for: %s', async (feature) => {
    const { status, stdout, stderr } = await runClient(running.local.account(), [
      join(__dirname, 'sdk-calls.cjs'),
      join(projectRoot, folder),
      feature,
      JSON.stringify(interaction()),
    ]);
    expect([status, stderr]).toEqual([0, '']);
    expect(withoutChance([JSON.parse(stdout), requests])).toEqual([returned()[feature], sent[feature]]);
    expect([...agents]).toEqual([expect.stringMatching(`^twilio-node/${major}\\.`)]);
  });
});
