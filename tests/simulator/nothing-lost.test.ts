import { freePorts } from '../../simulator/listen';
import { LocalTwilio } from '../../simulator/local-twilio';
import { simulatedConversation } from '../../simulator/simulated-conversation';
import { root } from './local';

let local: LocalTwilio;
beforeEach(async () => {
  const [functions = 0, console = 0, proxy = 0] = await freePorts(3);
  local = new LocalTwilio({ root, ports: { functions, console, proxy }, onOutput: () => undefined });
});
afterEach(() => local.stop());

const write = (count: number, first = 0) =>
  Array.from({ length: count }, (_, i) =>
    local.actions.receiveInbound({ from: `+1917555${1000 + first + i}`, body: `message ${i}` }),
  );
/** The problems with each message, and the number of its workers and messages. */
const outcomes = async (sent: ReturnType<typeof write>) =>
  (await Promise.all(sent)).map(({ failures, conversationSid = '' }) => {
    const { participants, messages } = simulatedConversation(local.state, conversationSid);
    return [failures, participants.filter(({ identity }) => identity).length, messages.length];
  });
const fine = [[], 1, 1];

describe('nothing is lost', () => {
  it('when many customers write before the functions have started', async () => {
    const started = local.start();
    const sent = write(80);
    await started;
    expect(await outcomes(sent)).toEqual(sent.map(() => fine));
  });

  it('when a build comes while messages are under way: they end with the functions of the build before', async () => {
    await local.start();
    // Answers that are late keep the functions busy until the next build has started.
    const late = { kind: 'late' as const, on: 'POST /Conversations/*/Participants', ms: 5_000, times: 4 };
    local.parts.settings.change({ faults: { requests: [late] } });
    const before = write(4);
    const routing = new Set<number>();
    await new Promise<void>((done) => {
      const end = local.timeline.onEntry((entry) => {
        const during = entry.kind === 'rest' ? local.timeline.get(entry.during ?? 0) : undefined;
        if (during?.kind !== 'webhook' || during.name !== 'onConversationRoute') return;
        routing.add(during.id);
        if (routing.size < 4) return;
        end();
        done();
      });
    });
    const build = local.onBuild({ ok: true });
    const meanwhile = write(4, 100);
    await build;
    const after = write(4, 200);
    const all = [...before, ...meanwhile, ...after];
    expect(await outcomes(all)).toEqual(all.map(() => fine));
  });
});
