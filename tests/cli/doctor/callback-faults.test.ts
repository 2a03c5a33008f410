import { signForm } from '../../../cli/doctor/probes';
import type { ProbeAnswer, Subject } from '../../../cli/doctor/subject';
import { freePort } from '../../../simulator/listen';
import { changeAnswers, diagnose, useHealthyAccount } from './healthy';

const healthy = useHealthyAccount();
const deployedBuild = 'build-0000000000000000';

/** Changes the answers to the signed requests for one action. */
const answering =
  (action: string, change: Partial<ProbeAnswer>) =>
  (subject: Subject): void => {
    subject.send = changeAnswers(
      subject.send,
      ({ isSigned, fields }) =>
        isSigned && [fields.get('Location'), fields.get('EventType')].includes(action),
      change,
    );
  };
/** Changes the answers of one path to requests without a signature. */
const answeringUnsigned =
  (path: string, change: Partial<ProbeAnswer>) =>
  (subject: Subject): void => {
    subject.send = changeAnswers(
      subject.send,
      ({ url, isSigned }) => !isSigned && url.endsWith(path),
      change,
    );
  };

describe('a fault of the deployed functions', () => {
  it.each<[string, (subject: Subject) => void | Promise<void>, (string | RegExp)[]]>([
    [
      'nobody knows where they are',
      (subject) => {
        subject.url = undefined;
      },
      ['error functions_url_unknown: Nobody knows where the functions are deployed'],
    ],
    [
      'nothing answers there',
      async (subject) => {
        subject.url = `http://localhost:${await freePort()}`;
      },
      [
        /^error functions_unreachable: http:\S+\/callbacks\/outgoing-conversation does not answer: ECONNREFUSED$/,
      ],
    ],
    [
      'something else is there',
      (subject) => {
        subject.url = `${subject.url}/elsewhere`;
      },
      [
        'error callback_missing: There is no function at /callbacks/outgoing-conversation',
        'error callback_missing: There is no function at /callbacks/crm',
        'error callback_missing: There is no function at /callbacks/templates',
        'error callback_missing: There is no function at /callbacks/routing',
        'error callback_missing: There is no function at /callbacks/conversations',
        'error callback_missing: There is no function at /flex/outbound-message',
        'error callback_missing: There is no function at /maintenance/sweep',
      ],
    ],
    [
      'they belong to another account',
      (subject) => {
        subject.authToken = '1'.repeat(32);
      },
      ['error signature_rejected: The functions reject requests that are signed with the auth token'],
    ],
    [
      'they were built from other code or data',
      (subject) => {
        subject.buildId = deployedBuild;
        subject.distBuildId = deployedBuild;
      },
      [
        /^error build_differs: http:\S+ runs build-[0-9a-f]{16}, but the code and data here make build-0{16}$/,
      ],
    ],
    [
      'they have no build id',
      answering('GetCustomersList', { headers: { 'x-build-id': '' } }),
      [/^error build_unknown: http:\S+ runs functions without a build id: they are old, or not ours$/],
    ],
    [
      'dist/ is stale',
      (subject) => {
        subject.distBuildId = deployedBuild;
      },
      [
        /^warning dist_stale: dist\/ is not what functions\/, lib\/ and assets\/ make: it has build-0{16}, they make build-/,
      ],
    ],
    [
      'dist/ is missing',
      (subject) => {
        subject.distBuildId = undefined;
      },
      ['warning dist_missing: There is no dist/, or it was built before builds had ids'],
    ],
    [
      'they have no credentials',
      answering('onConversationRoute', { status: 500, body: '{"code":"missing_credentials"}' }),
      [
        'error callback_failed: onConversationRoute at /callbacks/routing answers 500 missing_credentials, not 404',
      ],
    ],
    [
      'a hook hides an error behind its 200',
      answering('onConversationAdd', { body: '{}', headers: { 'x-outcome': 'asset_broken' } }),
      [
        'error callback_failed: onConversationAdd at /callbacks/conversations answers 200, but fails: asset_broken',
      ],
    ],
    [
      'a customer is on no card there',
      answering('onConversationAdd', { body: '{}' }),
      [
        'error callback_answer_malformed: The answer to onConversationAdd at /callbacks/conversations is wrong: it names nobody for the address of a customer',
      ],
    ],
    [
      'an answer is not JSON',
      answering('GetTemplatesByCustomerId', { body: '<html>' }),
      [
        'error callback_answer_malformed: The answer to GetTemplatesByCustomerId at /callbacks/templates is wrong: it is not valid JSON',
      ],
    ],
    [
      'an answer comes too late',
      answering('GetProxyAddress', { ms: 6_001 }),
      [
        'error callback_too_slow: GetProxyAddress at /callbacks/outgoing-conversation took 6001 ms; its limit is 6000 ms',
      ],
    ],
    [
      'an answer comes almost too late',
      answering('onDoctorProbe', { ms: 4_000 }),
      ['warning callback_slow: onDoctorProbe at /callbacks/conversations took 4000 ms; its limit is 5000 ms'],
    ],
    [
      'anybody can call one',
      answeringUnsigned('/callbacks/crm', { status: 422 }),
      [
        'error callback_open: /callbacks/crm answers 422 to a request without a signature: anybody can call it',
      ],
    ],
    [
      'anybody can call the one that answers 404 itself',
      answeringUnsigned('/callbacks/routing', { status: 404, body: '{"code":"conversation_not_found"}' }),
      [
        'error callback_open: /callbacks/routing answers 404 to a request without a signature: anybody can call it',
      ],
    ],
    [
      'anybody can call the one that refuses the event itself',
      answeringUnsigned('/callbacks/routing', { status: 400, body: '{"code":"invalid_event"}' }),
      [
        'error callback_open: /callbacks/routing answers 400 to a request without a signature: anybody can call it',
      ],
    ],
    [
      'the endpoint for cron services lets anybody in',
      answeringUnsigned('/maintenance/sweep', { status: 200 }),
      ['error callback_open: /maintenance/sweep answers 200 to a request without a key, not 401'],
    ],
    [
      'the endpoint for cron services is missing, and has a key',
      (subject) => {
        subject.variables = { ...subject.variables, SWEEP_API_KEY: 'a-sweep-key-'.repeat(3) };
        answeringUnsigned('/maintenance/sweep', { status: 404 })(subject);
      },
      ['error callback_missing: There is no function at /maintenance/sweep'],
    ],
    [
      'anybody can read the data',
      answeringUnsigned('/customers.json', { status: 200 }),
      [/^error asset_public: Anybody can read http:\S+\/customers\.json$/],
    ],
    [
      'the endpoint for servers lets anybody in',
      answeringUnsigned('/flex/outbound-message', { status: 400 }),
      [
        'error callback_open: /flex/outbound-message answers 400 to a request without a key, not 401',
        'error callback_open: /flex/outbound-message answers 400 to a request with a wrong key, not 401',
      ],
    ],
    [
      'the endpoint for servers has another key',
      (subject) => {
        subject.variables = { ...subject.variables, OUTBOUND_API_KEY: 'another-key-'.repeat(3) };
      },
      [
        'error outbound_key_rejected: /flex/outbound-message rejects the OUTBOUND_API_KEY of the local Twilio: another one is deployed, or none',
      ],
    ],
  ])('is found: %s', async (_title, plant, expected) => {
    const subject = await healthy.current.subject();
    await plant(subject);
    expect(await diagnose(subject)).toEqual(
      expected.map((one) => (typeof one === 'string' ? one : expect.stringMatching(one))),
    );
  });

  it('cannot be found without an auth token, which is said; who may call still is checked', async () => {
    const subject = await healthy.current.subject();
    subject.authToken = undefined;
    const asked: string[] = [];
    const { send } = subject;
    subject.send = (url, request) => {
      asked.push(new URL(url).pathname);
      return send(url, request);
    };
    expect(await diagnose(subject)).toEqual([
      'notice signing_skipped: The callbacks were not called: an API key cannot sign requests',
    ]);
    expect(asked.sort()).toEqual([
      '/callbacks/conversations',
      '/callbacks/crm',
      '/callbacks/outgoing-conversation',
      '/callbacks/routing',
      '/callbacks/templates',
      '/customers-1.bin',
      '/customers.json',
      '/flex/outbound-message',
      '/flex/outbound-message',
      '/flex/outbound-message',
      '/maintenance/sweep',
      '/routing.json',
      '/templates.json',
    ]);
  });

  it.each(['conversations', 'crm', 'outgoing-conversation', 'routing', 'templates'])(
    'is found: anybody can call the real /callbacks/%s',
    async (name) => {
      const subject = await healthy.current.subject();
      const { send, authToken = '' } = subject;
      // As if the file had been deployed without ".protected": the function itself answers what is not signed.
      subject.send = (target, request) => {
        const isOpen = new URL(target).pathname === `/callbacks/${name}`;
        const isSigned = request.headers?.['X-Twilio-Signature'] !== undefined;
        if (!isOpen || isSigned) return send(target, request);
        const fields = Object.fromEntries(new URLSearchParams(request.body));
        return send(target, signForm(authToken, target, fields));
      };
      expect(await diagnose(subject)).toEqual([
        expect.stringMatching(new RegExp(`^error callback_open: /callbacks/${name} answers \\d+ to`)),
      ]);
    },
  );

  it('keeps the key for servers from functions that are not ours', async () => {
    const subject = await healthy.current.subject();
    answering('GetCustomersList', { headers: { 'x-build-id': '' } })(subject);
    const { send } = subject;
    const keys = new Set<string | undefined>();
    subject.send = (url, request) => {
      keys.add(request.headers?.Authorization);
      return send(url, request);
    };
    await diagnose(subject);
    expect([...keys]).toEqual([undefined, `Bearer ${'wrong-key-'.repeat(4)}`]);
  });
});
