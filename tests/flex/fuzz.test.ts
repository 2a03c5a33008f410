import fc from 'fast-check';
import { apiKey, VirtualFlex } from './virtual-flex';

const names = [
  'channel',
  'to',
  'customerId',
  'body',
  'contentSid',
  'contentVariables',
  'subject',
  'idempotencyKey',
  'onActive',
  'worker',
  'cc',
  'bcc',
  'customerName',
  'taskAttributes',
  'priority',
  'interactionContextSid',
  'mediaUrl',
  'Token',
  'request',
  '__proto__',
];
const good: Record<string, unknown> = {
  channel: 'sms',
  to: '+12125550101',
  body: 'secret-text',
  worker: 'alice@example.com',
};
const value = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'sms',
    'whatsapp',
    'email',
    'chat',
    'messenger',
    'gbm',
    '+12125550101',
    'ada',
    '1001',
  ),
  fc.constantFrom(
    'reuse',
    'constructor',
    '__proto__',
    '{{1}}',
    'HX'.padEnd(34, '0'),
    '{"1":"x"}',
    '../..',
    '%00',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.jsonValue({ maxDepth: 2 }),
);
const body = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 6 });

describe('any request to an outbound start', () => {
  it('is answered once with a status that says whose fault it is, in time, and nothing personal is logged', async () => {
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(body, fc.boolean(), async (change, isServer) => {
        const flex = new VirtualFlex();
        const { request: _headers, ...fields } = { ...good, ...change };
        const headers: Record<string, string> = isServer ? { authorization: `Bearer ${apiKey}` } : {};
        const { status, body: answer } = await flex.call(fields, headers);
        seen.add(status);
        expect([200, 201, 400, 401, 404, 409, 422]).toContain(status);
        if (status < 400) expect(flex.messages()).toHaveLength(1);
        else {
          expect(answer).toEqual(
            expect.objectContaining({ code: expect.any(String), message: expect.any(String) }),
          );
          expect(flex.messages()).toEqual([]);
          expect(flex.openConversations()).toEqual([]);
        }
        expect(flex.clock).toBeLessThan(9_300);
        expect(flex.lines).toHaveLength(1);
        expect(JSON.stringify(flex.lines)).not.toMatch(/2125550101|secret-text|alice/);
      }),
      {
        numRuns: 1_500,
        examples: [
          [{}, true],
          [{}, false],
          [{ to: '' }, true],
          [{ to: '', customerId: 'nobody' }, true],
          [{ channel: 'gbm' }, true],
        ],
      },
    );
    expect([...seen]).toEqual(expect.arrayContaining([201, 401, 400, 404, 422]));
  }, 120_000);
});
