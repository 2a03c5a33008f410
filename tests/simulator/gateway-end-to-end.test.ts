import { useLocal } from './local-over-http';

const { running } = useLocal();

describe('the gateway', () => {
  const path = '/callbacks/crm';
  const post = async (init: RequestInit, at = path): Promise<number> =>
    (await fetch(`${running.functions}${at}`, { method: 'POST', ...init })).status;

  it.each([
    [
      'an unsigned request to a protected function',
      403,
      { body: new URLSearchParams({ Location: 'x' }) },
      path,
    ],
    ['a wrong signature', 403, { headers: { 'X-Twilio-Signature': 'x' } }, path],
    ['a private asset', 403, {}, '/customers.json'],
    ['what is not there', 404, {}, '/callbacks/nothing'],
    ['another method', 405, { method: 'PUT' }, path],
    ['more than 1 MB', 413, { body: 'x'.repeat(1024 * 1024) }, path],
  ])('refuses %s with %d', async (_title, status, init, at) => {
    expect(await post(init, at)).toBe(status);
  });

  it.each(['query', 'form', 'JSON'])('lets no field of the %s pose as a header', async (place) => {
    const { OUTBOUND_API_KEY: key } = running.local.account().variables;
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const query = new URLSearchParams({ 'request[headers][authorization]': headers.authorization });
    const [type, body] =
      place === 'JSON'
        ? ['application/json', JSON.stringify({ request: { headers } })]
        : ['application/x-www-form-urlencoded', place === 'form' ? 'request=1' : ''];
    const url = `${running.functions}/flex/outbound-message${place === 'query' ? `?${query}` : ''}`;
    const response = await fetch(url, { method: 'POST', body, headers: { 'Content-Type': type } });
    expect([response.status, await response.json()]).toMatchObject([401, { code: 'unauthorized' }]);
  });
});
