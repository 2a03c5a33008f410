import { join } from 'node:path';
import { readBuildId } from '../../build/build-id';
import { runtimes, useRuntime } from '../support/runtimes';

const names = ['conversations', 'crm', 'outgoing-conversation', 'routing', 'templates'];
const event = { EventType: 'onConversationAdd', 'MessagingBinding.Address': '+12125550101' };

describe.each(runtimes)('a probe by npm run doctor, $name', (runtime) => {
  const running = useRuntime(runtime);
  const built =
    runtime.name.includes('HTTP') || runtime.name.includes('deployed')
      ? readBuildId(join(__dirname, '../../dist'))
      : 'not built';

  it.each(names)('reads the id of the build back from %s', async (name) => {
    const { headers } = await running.call(`/callbacks/${name}`, { BuildProbe: '1' });
    expect(headers['x-build-id']).toBe(built);
  });

  it('has the same answer as without the probe, and neither header without it', async () => {
    const probed = await running.call('/callbacks/conversations', { ...event, BuildProbe: '1' });
    const plain = await running.call('/callbacks/conversations', event);
    expect([plain.status, plain.body]).toEqual([probed.status, probed.body]);
    expect(probed.headers).toMatchObject({ 'x-outcome': 'ok' });
    expect(Object.keys(plain.headers)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^x-(build-id|outcome)$/)]),
    );
  });

  it('learns of the error that the answer to a hook hides', async () => {
    await running.setData({ '/customers.json': '{' });
    const answer = await running.call('/callbacks/conversations', { ...event, BuildProbe: '1' });
    expect([answer.status, answer.body]).toEqual([200, {}]);
    expect(answer.headers['x-outcome']).toBe(answer.lines[0]?.error);
    expect(answer.headers['x-outcome']).not.toBe('ok');
    await running.setData({});
  });
});
