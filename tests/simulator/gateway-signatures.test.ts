import { Gateway } from '../../simulator/gateway';
import { freePort } from '../../simulator/listen';
import { signWrongly } from '../../simulator/webhooks/webhook-sender';
import { authToken, never, useStandInFunctions } from './stand-in-functions';

const functions = useStandInFunctions();

describe('the gateway', () => {
  it('lets signed requests through, form and JSON, and cuts off at 10 s', async () => {
    const port = await freePort();
    const gateway = new Gateway({
      port,
      authToken,
      target: async () => functions.url,
      accessOf: (path) => (path === '/f' ? 'protected' : path === '/p' ? 'private' : undefined),
    });
    await gateway.start();
    try {
      const { getExpectedTwilioSignature, getExpectedBodyHash } = await import(
        'twilio/lib/webhooks/webhooks'
      );
      const at = `http://localhost:${port}/f`;
      const send = (target: string, signature: string, init: RequestInit) =>
        fetch(target, {
          method: 'POST',
          ...init,
          headers: { 'X-Twilio-Signature': signature, ...init.headers },
        });
      const form = { Location: 'x', 'MessagingBinding.Address': '+1 2' };
      const formSignature = getExpectedTwilioSignature(authToken, at, form);
      expect((await send(at, formSignature, { body: new URLSearchParams(form) })).status).toBe(200);
      expect((await send(at, formSignature, { body: new URLSearchParams({ Location: 'y' }) })).status).toBe(
        403,
      );

      const body = '{"a":1}';
      const withHash = `${at}?bodySHA256=${getExpectedBodyHash(body)}`;
      const jsonSignature = getExpectedTwilioSignature(authToken, withHash, {});
      const headers = { 'Content-Type': 'application/json' };
      expect((await send(withHash, jsonSignature, { body, headers })).status).toBe(200);
      expect((await send(withHash, jsonSignature, { body: '{"a":2}', headers })).status).toBe(403);
      expect((await fetch(`http://localhost:${port}/p`)).status).toBe(403);

      functions.answers.slow = never;
      const slow = { Location: 'slow' };
      const started = Date.now();
      const late = await send(at, getExpectedTwilioSignature(authToken, at, slow), {
        body: new URLSearchParams(slow),
      });
      expect(late.status).toBe(504);
      expect(Date.now() - started).toBeLessThan(12_000);
    } finally {
      await gateway.stop();
    }
  });

  it('names a port that is taken', async () => {
    const { port } = functions.server.address() as { port: number };
    const gateway = new Gateway({
      port,
      authToken,
      target: async () => functions.url,
      accessOf: () => undefined,
    });
    await expect(gateway.start()).rejects.toThrow(`Port ${port} cannot be used (EADDRINUSE)`);
  });
});

it.each(['xAbc=', 'yAbc=', 'Abc='])(
  'signWrongly makes another signature of the same length of %s',
  (signature) => {
    expect(signWrongly(signature)).not.toBe(signature);
    expect(signWrongly(signature)).toHaveLength(signature.length);
  },
);
