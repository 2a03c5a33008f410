import { AllowedHosts } from '../../simulator/allowed-hosts';

const tunnel = { allowedHosts: ['abc.ngrok-free.app', '*.example.dev'] };

describe('the names by which this machine may be called', () => {
  it.each([
    ['localhost', true],
    ['LocalHost:3000', true],
    ['127.0.0.1:3000', true],
    ['[::1]:3000', true],
    [undefined, false],
    ['', false],
    ['example.com', false],
    ['localhost.example.com:3000', false],
    ['localhost@example.com', false],
    ['192.168.1.5:3000', false],
    ['[', false],
  ])('%s: %s', (host, expected) => {
    expect(new AllowedHosts().has(host)).toBe(expected);
  });

  it.each([
    ['abc.ngrok-free.app', true],
    ['ABC.ngrok-free.app:443', true],
    ['x.ngrok-free.app', false],
    ['one.example.dev', true],
    ['example.dev', false],
    ['oneexample.dev', false],
  ])('with those that --allow-host adds, %s: %s', (host, expected) => {
    expect(new AllowedHosts(tunnel).has(host)).toBe(expected);
  });

  it('are any address of it when it listens to other machines, and no other name', () => {
    const hosts = new AllowedHosts({ host: '0.0.0.0' });
    const named = ['192.168.1.5:3000', '[fe80::1]:3000', 'localhost', 'example.com'];
    expect(named.map((host) => hosts.has(host))).toEqual([true, true, true, false]);
    expect(hosts.nameInUrls).toBe('localhost');
    expect(new AllowedHosts({ host: '192.168.1.5' }).nameInUrls).toBe('192.168.1.5');
    expect(new AllowedHosts({ host: 'fe80::1' }).nameInUrls).toBe('[fe80::1]');
  });
});

describe('a request from a page of another site', () => {
  it.each<[Record<string, string>, boolean]>([
    [{}, false],
    [{ origin: 'http://localhost:4000' }, false],
    [{ origin: 'https://abc.ngrok-free.app' }, false],
    [{ origin: 'http://192.168.1.5:3000' }, false],
    [{ 'sec-fetch-site': 'same-origin' }, false],
    [{ 'sec-fetch-site': 'none' }, false],
    [{ origin: 'https://example.com' }, true],
    [{ origin: 'http://192.168.1.6:3000' }, true],
    [{ origin: 'null' }, true],
    [{ origin: 'http://localhost.example.com' }, true],
    [{ 'sec-fetch-site': 'cross-site' }, true],
  ])('is known by its headers: %j', (headers, expected) => {
    const hosts = new AllowedHosts({ ...tunnel, host: '0.0.0.0' });
    expect(hosts.isOtherSite(new Headers(headers), '192.168.1.5:3000')).toBe(expected);
  });
});
