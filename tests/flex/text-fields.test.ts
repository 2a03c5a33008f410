import { VirtualFlex } from './virtual-flex';

const sms = { channel: 'sms', to: '+12125550142', body: 'Hi' };
const email = { channel: 'email', to: 'ada@example.com', subject: 'S', body: 'Hi' };

let flex: VirtualFlex;
beforeEach(() => {
  flex = new VirtualFlex();
});

/** A start that is refused before anything else is asked of Twilio than who calls. */
async function expectRefused(request: Record<string, unknown>, message: string): Promise<void> {
  const { status, body } = await flex.asAgent(request);
  expect([status, body]).toEqual([400, { code: 'invalid_event', message }]);
  expect(flex.writes()).toEqual(['POST /v1/Accounts/*/Tokens/validate']);
}

describe('a text that cannot be stored as it is', () => {
  const problem = 'must be well-formed Unicode text without NUL characters';

  it.each(['Hi \ud83d', '\udc4d Hi', 'Hi\u0000'])('is refused everywhere: %j', async (text) => {
    for (const [request, field] of [
      [{ ...sms, body: text }, 'body'],
      [{ ...email, subject: text }, 'subject'],
      [{ ...sms, customerName: text }, 'customerName'],
    ] as const) {
      flex = new VirtualFlex();
      await expectRefused(request, `${field} ${problem}`);
    }
    flex = new VirtualFlex();
    const template = { contentSid: `HX${'1'.repeat(32)}`, contentVariables: { 1: text } };
    await expectRefused(
      { channel: 'sms', to: sms.to, ...template },
      'contentVariables must have well-formed Unicode text without NUL characters for 1',
    );
  });

  it.each(['\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029'])(
    'is no subject and no name if it has more than one line: %j',
    async (end) => {
      await expectRefused({ ...email, subject: `a${end}b` }, 'subject must be a single line');
      flex = new VirtualFlex();
      await expectRefused({ ...sms, customerName: `a${end}b` }, 'customerName must be a single line');
    },
  );
});
