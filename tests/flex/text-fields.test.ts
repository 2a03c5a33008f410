import { expectInvalid } from './outbound-start';
import { VirtualFlex } from './virtual-flex';

const sms = { channel: 'sms', to: '+12125550142', body: 'Hi' };
const email = { channel: 'email', to: 'ada@example.com', subject: 'S', body: 'Hi' };

let flex: VirtualFlex;
beforeEach(() => {
  flex = new VirtualFlex();
});

describe('a text that cannot be stored as it is', () => {
  const problem = 'must be well-formed Unicode text without NUL characters';

  it.each(['Hi \ud83d', '\udc4d Hi', 'Hi\u0000'])('is refused everywhere: %j', async (text) => {
    for (const [request, field] of [
      [{ ...sms, body: text }, 'body'],
      [{ ...email, subject: text }, 'subject'],
      [{ ...sms, customerName: text }, 'customerName'],
    ] as const) {
      flex = new VirtualFlex();
      await expectInvalid(flex, request, `${field} ${problem}`);
    }
    flex = new VirtualFlex();
    const template = { contentSid: `HX${'1'.repeat(32)}`, contentVariables: { 1: text } };
    await expectInvalid(
      flex,
      { channel: 'sms', to: sms.to, ...template },
      'contentVariables must have well-formed Unicode text without NUL characters for 1',
    );
  });

  it.each(['\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029'])(
    'is no subject and no name if it has more than one line: %j',
    async (end) => {
      await expectInvalid(flex, { ...email, subject: `a${end}b` }, 'subject must be a single line');
      flex = new VirtualFlex();
      await expectInvalid(flex, { ...sms, customerName: `a${end}b` }, 'customerName must be a single line');
    },
  );
});
