import type { VirtualFlex } from './virtual-flex';

/** Alice, as Flex writes her in a conversation. */
export const identity = 'alice_40example_2Ecom';
/** A request for a start by SMS. */
export const sms = { channel: 'sms', to: '+12125550101', body: 'Hello Ada' };
/** The SID of a Content template: see {@link addTemplate}. */
export const template = 'HX00000000000000000000000000000001';

/** Expects that a start has created nothing and sent nothing. */
export function expectRefused(flex: VirtualFlex): void {
  expect(
    flex.writes().filter((write) => !write.includes('/Documents') && !write.includes('/Tokens/')),
  ).toEqual([]);
  expect(flex.messages()).toEqual([]);
  expect(flex.state.conversations()).toEqual([]);
}

/** Expects that a request is answered 400 before anything else is asked of Twilio than who calls. */
export async function expectInvalid(
  flex: VirtualFlex,
  request: Record<string, unknown>,
  message: string,
): Promise<void> {
  const { status, body } = await flex.asAgent(request);
  expect([status, body]).toEqual([400, { code: 'invalid_event', message }]);
  expect(flex.writes()).toEqual(['POST /v1/Accounts/*/Tokens/validate']);
}

/** Adds the Content template, as WhatsApp has reviewed it. */
export function addTemplate(flex: VirtualFlex, whatsApp = 'approved'): void {
  flex.rest.content.put({
    sid: template,
    friendlyName: 'opener',
    language: 'en',
    text: 'Hello {{1}}, this is {{2}}.',
    variables: { 1: 'name', 2: 'agent' },
    whatsApp,
  });
}
