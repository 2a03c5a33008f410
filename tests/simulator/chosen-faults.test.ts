import * as v from 'valibot';
import type { RequestFault, SettingsChange, WebhookFault } from '../../simulator/api';
import { settingsChange } from '../../simulator/api-schemas';
import { isRequestNamed, requestTargets, webhookTargets } from '../../simulator/fault-targets';
import { SettingsStore } from '../../simulator/settings';
import { contracts } from '../../simulator/webhooks/contracts';
import { sendWithFault } from '../../simulator/webhooks/webhook-faults';

const participant = { method: 'POST', path: '/v1/Conversations/CH1/Participants' };
const reset: RequestFault = { kind: 'reset', on: 'all' };

/** Settings with these faults. */
const settingsWith = (faults: NonNullable<SettingsChange['faults']>): SettingsStore => {
  const settings = new SettingsStore('http://localhost:3000', () => undefined);
  settings.change({ faults });
  return settings;
};
/** Which of the next requests go wrong, as 1 and 0. */
const next = ({ faults }: SettingsStore, count: number, request = participant): string =>
  Array.from({ length: count }, () => (faults.ofRequest(request) ? 1 : 0)).join('');

describe('a fault that the settings name', () => {
  it.each<[string, Partial<RequestFault>, string]>([
    ['always', {}, '111111'],
    ['so many times', { times: 2 }, '110000'],
    ['each third time', { every: 3 }, '001001'],
    ['each second time, once', { every: 2, times: 1 }, '010000'],
    ['by chance', { probability: 0.5 }, '010001'],
    ['by another chance', { probability: 0.5, seed: 2 }, '011000'],
    ['never', { probability: 0 }, '000000'],
  ])('happens %s', (_often, often, expected) => {
    const fault = { ...reset, ...often } as RequestFault;
    expect(next(settingsWith({ requests: [fault] }), 6)).toBe(expected);
    expect(next(settingsWith({ requests: [fault] }), 6)).toBe(expected);
  });

  it('is off once it has happened as often as it should, and the others count on', () => {
    const third: RequestFault = { kind: 'hang', on: 'all', every: 3 };
    const settings = settingsWith({ requests: [{ ...reset, times: 1 }, third] });
    expect(next(settings, 2)).toBe('10');
    expect(settings.current.faults.requests).toEqual([third]);
    settings.change({ routingMode: 'pool' });
    expect(next(settings, 3)).toBe('010');
    settings.change({ faults: { requests: [{ ...third }] } });
    expect(next(settings, 3)).toBe('001');
  });

  it('is for all requests, or for those of its method and path', () => {
    const settings = settingsWith({ requests: [{ kind: 'hang', on: 'POST /Conversations/*/Participants' }] });
    const get = { ...participant, method: 'GET' };
    expect(next(settings, 1) + next(settings, 1, get)).toBe('10');
  });

  it('counts the requests for all of which one fault is set', () => {
    const settings = settingsWith({ rest: '429', restTimes: 2 });
    expect(next(settings, 3)).toBe('110');
    settings.change({ optOut: 'refuse' });
    expect(next(settings, 1)).toBe('0');
    settings.change({ faults: { restTimes: 1 } });
    expect(next(settings, 2)).toBe('10');
  });

  it.each<[RequestFault, object]>([
    [
      { kind: 'error', on: 'all', status: 429, retryAfter: 2 },
      {
        status: 429,
        code: 20429,
        message: 'Too Many Requests',
        headers: { 'Retry-After': '2' },
        after: false,
      },
    ],
    [
      { kind: 'error', on: 'all', status: 502, code: 20503, done: true },
      { status: 502, code: 20503, message: 'HTTP 502', after: true },
    ],
    [
      { kind: 'cut', on: 'all', done: true },
      { cut: 'half', after: true },
    ],
    [
      { kind: 'drip', on: 'all', ms: 5 },
      { drip: 5, after: true },
    ],
    [reset, { reset: true, after: false }],
    [
      { kind: 'hang', on: 'all', done: true },
      { hang: true, after: true },
    ],
    [
      { kind: 'late', on: 'all', ms: 300 },
      { delay: 300, after: true },
    ],
  ])('spoils an answer: %j', (chosen, fault) => {
    expect(settingsWith({ requests: [chosen] }).faults.ofRequest(participant)).toEqual(fault);
  });
});

describe('the schema of faults', () => {
  it.each<[object, string]>([
    [{ requests: [{ kind: 'reset', on: 'Participants' }] }, 'faults.requests.0.on'],
    [{ requests: [{ kind: 'down', on: 'all' }] }, 'faults.requests.0.kind'],
    [{ requests: [{ kind: 'error', on: 'all', status: 200 }] }, 'faults.requests.0.status'],
    [{ requests: [{ kind: 'cut', on: 'all', times: 0 }] }, 'faults.requests.0.times'],
    [{ webhooks: [{ kind: 'down', on: 'onNothing' }] }, 'faults.webhooks.0.on'],
    [{ webhooks: [{ kind: 'slow', on: 'all' }] }, 'faults.webhooks.0.ms'],
  ])('refuses %j', (faults, field) => {
    const { issues = [] } = v.safeParse(settingsChange, { faults });
    expect(issues.map(({ path = [] }) => path.map(({ key }) => key).join('.'))).toEqual([field]);
  });
});

describe('the name of a request', () => {
  it.each([
    ['GET /Conversations/*', 'GET', '/v1/Conversations/CH1', true],
    ['GET /Conversations/*', 'GET', '/v1/Services/IS1/Conversations/CH1', true],
    ['GET /Conversations/*', 'GET', '/v1/Conversations/CH1/Messages', false],
    ['GET /Conversations/*', 'POST', '/v1/Conversations/CH1', false],
    ['* /Messages.json', 'GET', '/2010-04-01/Accounts/AC1/Messages.json', true],
    ['* /Messages.json', 'GET', '/2010-04-01/Accounts/AC1/MessagesXjson', false],
    ['GET /Services/*', 'GET', '/v1/Services/IS1', true],
  ])('%s: %s %s, %s', (name, method, path, expected) => {
    expect(isRequestNamed(name, { method, path })).toBe(expected);
  });

  it('is one of each list, once', () => {
    expect([...new Set(requestTargets)]).toEqual([...requestTargets]);
    expect([...webhookTargets].sort()).toEqual(Object.keys(contracts).sort());
  });
});

describe('a webhook that goes wrong', () => {
  const ok = { status: 200, body: '{"a":1}', contentType: 'application/json' };

  it.each<[string, WebhookFault, boolean, object]>([
    ['down', { kind: 'down', on: 'all' }, false, { body: '', failure: 'the connection was refused' }],
    ['500', { kind: 'error', on: 'all', status: 500 }, false, { status: 500, body: '' }],
    ['500, done', { kind: 'error', on: 'all', status: 500, done: true }, true, { status: 500, body: '' }],
    ['slow', { kind: 'slow', on: 'all', ms: 1 }, true, ok],
    ['too slow', { kind: 'slow', on: 'all', ms: 60_000 }, true, { body: '' }],
    [
      'no JSON',
      { kind: 'notJson', on: 'all' },
      true,
      { status: 200, body: expect.stringMatching(/^<html>/), contentType: 'text/html' },
    ],
    ['cut', { kind: 'cut', on: 'all' }, true, { body: '{"a', failure: 'the answer broke off' }],
  ])('%s', async (_name, fault, isSent, expected) => {
    let sent = false;
    const answer = await sendWithFault(fault, 50, async () => {
      sent = true;
      return ok;
    });
    expect([sent, answer]).toEqual([isSent, expected]);
  });
});
