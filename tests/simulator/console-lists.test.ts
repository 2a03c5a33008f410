import type { Locator, Page } from 'playwright-core';
import { useConsole } from './console-page';

// Long lists are slow in a browser on a busy machine.
jest.setTimeout(90_000);

const { running, page } = useConsole({ resetsEverything: true });

const rest = { source: 'API', webhooks: false };
let number = 1_000;
/** Creates a conversation that a customer has begun. @returns its SID */
function create(name: string, customer = '+12125550101', worker?: string): string {
  const { state, timeline } = running.local;
  const { sid } = state.createConversation({ friendlyName: name }, rest);
  const proxyAddress = `${customer.startsWith('whatsapp:') ? 'whatsapp:' : ''}+1646555${number++}`;
  state.ownAddresses.add(proxyAddress);
  state.addParticipant(sid, { address: customer, proxyAddress }, rest);
  state.addMessage(sid, { author: customer, body: `Hello from ${name}` }, rest);
  if (worker) state.addParticipant(sid, { identity: worker }, rest);
  timeline.addNote(timeline.newTrace(), `About ${name}`, { conversationSid: sid });
  return sid;
}
const id = (testId: string) => page.getByTestId(testId);
const heightOf = (page: Page) => page.locator('.traces').evaluate((element): number => element.scrollHeight);
/** Scrolls down until something is there. */
async function scrollTo(list: string, wanted: Locator): Promise<void> {
  while ((await wanted.count()) === 0) {
    await page.locator(list).evaluate((element) => element.scrollTo(0, element.scrollHeight));
    // Without a pause, the page would have no time to load more on a busy machine.
    await page.waitForTimeout(30);
  }
}
/**
 * Creates conversations. @returns the SID of the one that changed first, and so is the last of a list: the others can be of
 * one millisecond
 */
async function createMany(count: number, worker?: string): Promise<string> {
  const oldest = create('No. 0', undefined, worker);
  await page.waitForTimeout(20);
  for (let i = 1; i < count; i++) create(`No. ${i}`, undefined, worker);
  return oldest;
}
const rows = () => page.getByTestId(/^conversation-CH/);

describe('the list of all conversations', () => {
  it('finds the one that nobody is in, gives it a worker, and closes it', async () => {
    const [one, two] = [create('One'), create('Two')];
    running.local.state.addParticipant(two, { identity: 'alice@example.com' }, rest);
    await id('view-conversations').click();
    await id(`open-${two}`).getByText('Alice Adams').waitFor();
    await id('conversation-unrouted').click();
    await id(`conversation-${two}`).waitFor({ state: 'detached' });

    await id(`add-worker-${one}`).selectOption('bob@example.com');
    await id(`conversation-${one}`).waitFor({ state: 'detached' });
    expect(running.conversation(one).participants).toMatchObject([{}, { identity: 'bob@example.com' }]);
    await id('conversation-unrouted').click();
    await id(`close-${one}`).click();
    await id(`conversation-${one}`).getByText('Closed for good').waitFor();
    await id('conversation-state').selectOption('closed');
    await id(`conversation-${two}`).waitFor({ state: 'detached' });
    expect(await rows().count()).toBe(1);
  });

  it('filters the timeline to one, shows it on both sides, and leads back to all', async () => {
    const sids = ['One', 'Two'].map((name) => create(name));
    running.local.state.addParticipant(sids[0] as string, { identity: 'bob@example.com' }, rest);
    await page.getByText('About Two').waitFor();
    await id('view-conversations').click();
    await id('conversation-search').fill('hello one');
    await id(`open-${sids[0]}`).click();
    await id('only-conversation').getByText('One').waitFor();
    await page.getByText('About One').waitFor();
    expect(await page.getByText('About Two').count()).toBe(0);
    await id('chat').getByText('Hello from One').waitFor();
    expect(await id('worker-select').inputValue()).toBe('bob@example.com');
    await id('phone').getByText('Hello from One').waitFor();
    await id('show-all').click();
    await page.getByText('About Two').waitFor();
  });

  it.each([
    ['sms', '+19175550177'],
    ['whatsapp', 'whatsapp:+19175550178'],
  ])('shows the phone of somebody who is not in the data, on %s', async (channel, address) => {
    const sid = create('Stranger', address);
    await id('view-conversations').click();
    await id(`open-${sid}`).click();
    const phone = id('phone');
    await phone.getByText('Hello from Stranger').waitFor();
    expect(await phone.getAttribute('data-channel')).toBe(channel);
    await id('phone-input').fill('It is me');
    await id('phone-send').click();
    await phone.getByText('It is me').waitFor();
    const written = running.local.state
      .conversations()
      .flatMap((one) => running.conversation(one.sid).messages);
    expect(written.find(({ body }) => body === 'It is me')?.author).toBe(address);
  });

  it('keeps its search and filters while another tab is open', async () => {
    const [one, two] = [create('One'), create('Two')];
    await id('view-conversations').click();
    await id('conversation-search').fill('hello one');
    await id('conversation-state').selectOption('active');
    await id('conversation-unrouted').click();
    await id(`conversation-${two}`).waitFor({ state: 'detached' });
    await id('view-data').click();
    await id('data-search').waitFor();
    await id('view-conversations').click();
    await id(`conversation-${one}`).waitFor();
    expect(await rows().count()).toBe(1);
    expect(await id('conversation-search').inputValue()).toBe('hello one');
    expect(await id('conversation-state').inputValue()).toBe('active');
    expect(await id('conversation-unrouted').getAttribute('aria-pressed')).toBe('true');
  });

  it('says that a worker has more chats than are loaded, and loads the rest by scrolling', async () => {
    const oldest = await createMany(77, 'bob@example.com');
    await page.reload();
    await id('worker-select').selectOption('bob@example.com');
    await id('tab-chats').getByText('Chats 50+', { exact: true }).waitFor();
    // The server does not answer once.
    await page.route(/\/api\/conversations\?.*before=/, (route) => route.abort(), { times: 1 });
    await scrollTo('[aria-label=Chats] > .list', id(`worker-chat-${oldest}`));
    await id('tab-chats').getByText('Chats 77', { exact: true }).waitFor();
  });

  it('has only the visible ones of three hundred in the page, and all by scrolling', async () => {
    const oldest = await createMany(300);
    await page.reload();
    await id('view-conversations').click();
    await rows().first().waitFor();
    expect(await rows().count()).toBeLessThan(40);
    const last = id(`conversation-${oldest}`);
    await scrollTo('.conversation-list', last);
    expect(await rows().count()).toBeLessThan(40);

    await id('view-timeline').click();
    const traces = page.locator('.trace');
    await traces.first().waitFor();
    expect(await traces.count()).toBeLessThan(40);
    await scrollTo('.traces', page.getByText('About No. 0', { exact: true }));
  });

  it('does not move what is being read when more happens', async () => {
    for (let i = 0; i < 60; i++) create(`No. ${i}`);
    await page.getByText('About No. 59').waitFor();
    const traces = page.locator('.traces');
    await traces.evaluate((element) => element.scrollTo(0, 900));
    const read = page
      .locator('.trace')
      .filter({ hasText: /About No\. 4\d/ })
      .first();
    await read.waitFor();
    const text = await read.innerText();
    const before = await page.getByText(text.split('\n')[0] as string, { exact: true }).boundingBox();
    const height = await heightOf(page);
    for (let i = 60; i < 70; i++) create(`No. ${i}`);
    while ((await heightOf(page)) === height) await page.waitForTimeout(20);
    const after = await page.getByText(text.split('\n')[0] as string, { exact: true }).boundingBox();
    expect(Math.round(after?.y ?? -1)).toBe(Math.round(before?.y ?? -2));
  });
});

describe('the choice of a phone', () => {
  it('waits for what was typed last: Enter never chooses whom an earlier text has found', async () => {
    await id('phone-picker').fill('fox');
    await id('phone-picker-option-+12125550102').waitFor();
    await id('phone-picker').fill('gomez');
    await id('phone-picker').press('Enter');
    await id('phone-picker-option-new').waitFor({ state: 'hidden' });
    expect(await id('phone').innerText()).toContain('María Gómez');
    expect(await id('phone-+12125550102').count()).toBe(0);
  });
});

describe('the data', () => {
  /** Waits until a screen reader is told how many were found. */
  const foundSays = (text: string) =>
    id('data-found')
      .and(page.getByRole('status'))
      .filter({ hasText: new RegExp(`^${text.replace('+', '\\+')}$`) })
      .waitFor({ state: 'attached' });

  it('shows customers with the line of each value, and the routing', async () => {
    await id('view-data').click();
    await id('data-search').fill('gomez');
    await id('data-row-1001').getByText('customers.private.json:5').waitFor();
    expect(await page.getByTestId(/^data-row-/).count()).toBe(1);
    await foundSays('1 found');
    await id('data-open-1001').click();
    await id('data-values').getByText('customers.private.json:18').waitFor();

    await id('data-routing').click();
    await id('data-search').fill('defaultWorker');
    await id('data-row-routing.defaultWorker')
      .getByText(/routing\.private\.json\s*:\d+/)
      .waitFor();
    await foundSays('1 found');
    await id('data-search').fill('not in there');
    await foundSays('0 found');
    await id('data-search').fill('');
    await foundSays('');
  });

  it('says that a search has found more customers than are loaded', async () => {
    const customers = Array.from({ length: 50 }, (_, i) => ({
      customerId: `c${i}`,
      displayName: `Many ${i}`,
      channels: [],
      addresses: [],
    }));
    await page.route(/\/api\/customers\?query=many/, (route) =>
      route.fulfill({ json: { customers, total: 5_020, next: 50 } }),
    );
    await id('view-data').click();
    await id('data-search').fill('many');
    await foundSays('50+ found');
  });

  it('says when data was loaded again, and what is wrong with it, where, and about whom', async () => {
    await running.local.onBuild({ ok: true });
    await page.getByText('20 customers and 4 workers loaded').waitFor();
    await running.local.onBuild({
      ok: false,
      report: 'wrong',
      problems: [
        {
          severity: 'error',
          file: 'assets/customers.private.json',
          line: 14,
          path: 'customers[0].channels[0].value',
          problem: '"12" is not a valid phone number',
          fix: 'write it with its country code',
          customer: 'María Gómez',
        },
      ],
    });
    // It moves the tabs down: a click meanwhile would miss.
    await page.getByLabel('What the build reports').waitFor();
    await id('view-data').click();
    await id('data-problems').getByText('1').waitFor();
    await id('data-problems').click();
    const text = await id('data-problem').innerText();
    for (const part of ['María Gómez', '"12" is not', 'customers.private.json:14', 'country code']) {
      expect(text).toContain(part);
    }
    await running.local.onBuild({ ok: true });
  });
});

describe('the faults that are on', () => {
  it('are named on every pane, turned off together, and on again', async () => {
    const { settings } = running.local.parts;
    settings.change({
      faults: { rest: 'hang', badSignature: true },
      limits: { concurrentFunctions: 1 },
    });
    await id('faults').getByText('Twilio’s REST API does not answer').waitFor();
    expect(await id('faults').locator('.grow').innerText()).toBe(
      'Faults: Twilio’s REST API does not answer · Webhooks have a wrong signature ' +
        'Limits: Functions handle 1 request at once',
    );
    await page.setViewportSize({ width: 390, height: 844 });
    for (const pane of ['customer', 'timeline', 'worker']) {
      await id(`pane-${pane}`).click();
      expect(await id('faults').isVisible()).toBe(true);
    }
    await id('faults-reset').click();
    await id('faults-off').waitFor();
    expect(settings.current).toEqual(settings.defaults);
    await id('faults-undo').click();
    await id('faults').getByText('Webhooks have a wrong signature').waitFor();
    expect(settings.current.faults).toMatchObject({ rest: 'hang', badSignature: true });
  });

  it('end with everything else when everything is reset', async () => {
    create('One');
    running.local.parts.settings.change({ deliverTwice: true });
    await id('faults').waitFor();
    await id('menu-settings').click();
    await id('settings-reset-all').click();
    await id('faults').waitFor({ state: 'detached' });
    await page.getByText('Nothing has happened yet.').waitFor();
    expect(running.local.parts.settings.current.deliverTwice).toBe(false);
  });
});

describe('a search for a phone', () => {
  it('is operated by keys, and leaves the phone when it is given up', async () => {
    const picker = id('phone-picker');
    await picker.focus();
    await page.keyboard.press('ArrowDown');
    await id('phone-picker-option-new').waitFor();
    await picker.fill('fox');
    await id('phone-picker-option-+12125550102').waitFor();
    await page.keyboard.press('Escape');
    await id('phone-picker-option-new').waitFor({ state: 'hidden' });
    expect(await id('phone').getByText('John Fox').count()).toBe(0);

    await picker.fill('fox');
    const option = id('phone-picker-option-+12125550102');
    await option.and(page.locator('[aria-selected=true]')).waitFor();
    expect(await picker.getAttribute('aria-activedescendant')).toBe(await option.getAttribute('id'));
    await page.keyboard.press('Enter');
    await id('phone').getByText('John Fox').waitFor();
    await id('phone-+12125550102').waitFor();
  });
});
