import { useConsole } from './console-page';

const { running, page } = useConsole();

const settings = () => running.local.parts.settings.current;
/** Does something on the page, and waits until the server has changed its settings. */
const change = async (work: () => Promise<unknown>): Promise<void> => {
  const answered = page.waitForResponse((response) => response.url().endsWith('/api/settings'));
  await work();
  await answered;
};

describe('the settings of the console', () => {
  it('say how agents, channels and opted-out customers behave', async () => {
    await page.getByTestId('menu-settings').click();
    await change(() => page.getByTestId('settings-agents').selectOption('decline'));
    await change(async () => {
      await page.getByTestId('settings-channel').fill('2000');
      await page.getByTestId('settings-channel').press('Tab');
    });
    await change(() => page.getByTestId('settings-opt-out').selectOption('refuse'));
    expect(settings()).toMatchObject({
      optOut: 'refuse',
      flex: { agentResponse: 'decline', channelFailsAfterMs: 2_000, channelErrorCode: 20500 },
    });

    await change(() => page.getByTestId('settings-agents').selectOption('accept'));
    await change(async () => {
      await page.getByTestId('settings-channel').fill('');
      await page.getByTestId('settings-channel').press('Tab');
    });
    await change(() => page.getByTestId('settings-opt-out').selectOption('receipt'));
    expect(settings()).toMatchObject({
      optOut: 'receipt',
      flex: { agentResponse: 'accept', channelFailsAfterMs: null },
    });
  });

  it('keep the number that is being typed when another one comes from elsewhere', async () => {
    await page.getByTestId('menu-settings').click();
    const field = page.getByTestId('settings-channel');
    await field.fill('1234');
    running.local.parts.settings.change({ flex: { channelFailsAfterMs: 3_000 }, optOut: 'refuse' });
    await running.local.onBuild({ ok: false, report: 'to send the settings to the page' });
    await page.getByLabel('What the build reports').waitFor();
    // What the page does after it has been drawn.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))');
    expect(await field.inputValue()).toBe('1234');
    await change(() => field.press('Tab'));
    expect(settings().flex.channelFailsAfterMs).toBe(1_234);
  });

  it('choose what goes wrong with a webhook and with a REST request, and show what is on', async () => {
    await page.getByTestId('menu-settings').click();
    await change(() => page.getByTestId('fault-add').click());
    await page.getByTestId('fault-about').selectOption('request POST /Conversations/*/Participants');
    await page.getByTestId('fault-kind').selectOption('done-500');
    await page.getByTestId('fault-times').fill('2');
    await change(() => page.getByTestId('fault-add').click());
    const hook = { kind: 'error', on: 'onConversationRoute', status: 500 };
    const request = {
      kind: 'error',
      on: 'POST /Conversations/*/Participants',
      status: 500,
      done: true,
      times: 2,
    };
    expect(settings().faults).toMatchObject({ webhooks: [hook], requests: [request] });
    await page.getByTestId('fault').nth(1).waitFor();
    expect(await page.getByTestId('fault').allInnerTexts()).toEqual([
      'onConversationRoute: answered 500',
      'POST /Conversations/*/Participants: answered 500, after the work is done, 2 times',
    ]);
    await change(() => page.getByTestId('fault-remove-0').click());
    expect(settings().faults).toMatchObject({ webhooks: [], requests: [request] });
    await page.getByTestId('fault').nth(1).waitFor({ state: 'detached' });
    await change(() => page.getByTestId('fault-remove-0').click());
    expect(settings().faults).toMatchObject({ webhooks: [], requests: [] });
  });
});

describe('a start in doubt on the Flex side', () => {
  beforeEach(async () => {
    running.local.rest.fail(
      { method: 'POST', host: 'conversations.twilio.com', path: /\/Messages$/ },
      { reset: true, later: 60_000 },
      1,
    );
    await page.getByTestId('side-flex').click();
    await page.getByTestId('flex-agent').selectOption('alice@example.com');
    await page.getByTestId('flex-channel').selectOption('sms');
    // A click empties the field: its first customer can come meanwhile.
    await page.getByTestId('flex-customer').click();
    await page.getByTestId('flex-customer').fill('1001');
    await page.getByTestId('flex-customer-option-1001').click();
    await page.getByTestId('flex-body').fill('May we come at ten?');
  });

  it.each([
    ['with a key', true, 'send it again with the same key'],
    ['without a key', false, 'look into the conversation before you send it again'],
  ])('%s says what is in doubt, and how to find out', async (_title, isKeyed, advice) => {
    if (isKeyed) await page.getByTestId('flex-new-key').click();
    await page.getByTestId('flex-start').click();
    const result = page.locator('[data-testid=flex-result][data-status="503"]');
    await result.getByText('in_doubt').waitFor();
    await result.getByText(advice, { exact: false }).waitFor();
    const [interaction] = running.local.snapshot().flex.interactions;
    await result.getByText(interaction?.sid ?? '').waitFor();
  });
});
