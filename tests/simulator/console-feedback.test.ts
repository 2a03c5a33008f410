import type { Locator } from 'playwright-core';
import { useConsole } from './console-page';

const { running, page } = useConsole({ page: { timezoneId: 'Asia/Kolkata', reducedMotion: 'reduce' } });

/** A customer writes. @returns the SID of the conversation */
async function receive(from: string, body = 'Hi'): Promise<string> {
  const response = await fetch(`${running.console}/api/inbound`, {
    method: 'POST',
    body: JSON.stringify({ from, body }),
  });
  return ((await response.json()) as { conversationSid: string }).conversationSid;
}

/** @returns the `data-testid` of what has the focus */
const focused = (): Promise<unknown> => page.evaluate('document.activeElement.dataset.testid');
/** Waits until something has been scrolled into view. */
async function waitUntilInView(locator: Locator): Promise<void> {
  const element = await locator.elementHandle();
  await locator
    .page()
    .waitForFunction(
      `(one) => one.getBoundingClientRect().top < innerHeight && one.getBoundingClientRect().bottom > 0`,
      element,
    );
}
// Two customers whose owner is Alice.
const [amelie, ines] = ['+16465550106', '+12125550101'];

it('a customer on chat has their name, messages and field to write where the others have a phone', async () => {
  await receive(amelie);
  const inbound = { channel: 'chat', from: 'visitor-1', body: 'Is this a chat?' };
  const response = await fetch(`${running.console}/api/inbound`, {
    method: 'POST',
    body: JSON.stringify(inbound),
  });
  const { conversationSid } = (await response.json()) as { conversationSid: string };
  await page.getByTestId('view-conversations').click();
  await page.getByTestId(`conversation-${conversationSid}`).locator('button').first().click();
  const phone = page.getByTestId('phone');
  await phone.getByText('Is this a chat?').waitFor();
  expect(await phone.getAttribute('aria-label')).toBe('Chat of visitor-1');
  expect(await phone.locator('.phone-bar').innerText()).toMatch(/visitor-1\s+visitor-1\s+on chat/);
  expect(await page.getByTestId('phone-visitor-1').getAttribute('aria-selected')).toBe('true');
  expect(await phone.getByTestId('phone-to').count()).toBe(0);
  await page.getByTestId('phone-input').fill('Anybody?');
  await page.getByTestId('phone-send').click();
  await phone.getByText('Anybody?').waitFor();
  const { messages } = running.conversation(conversationSid);
  expect(messages.map(({ author, body }) => [author, body])).toEqual([
    ['visitor-1', 'Is this a chat?'],
    ['visitor-1', 'Anybody?'],
  ]);
});

describe('what a worker has typed', () => {
  it('stays with the conversation it was typed for, and so do its open templates', async () => {
    const first = await receive(amelie);
    const second = await receive(ines);
    await page.getByTestId('worker-select').selectOption('alice@example.com');
    const open = async (sid: string): Promise<void> => {
      await page.getByTestId('tab-chats').click();
      await page.getByTestId(`worker-chat-${sid}`).click();
    };
    await open(first);
    await page.getByTestId('worker-input').fill('Only for Amélie');
    await page.getByTestId('templates').click();
    await page.locator('.template').first().waitFor();
    // The other customer writes on the phone: the chat beside it changes without a click in it.
    await page.getByTestId('phone-picker').fill(ines);
    await page.getByTestId(`phone-picker-option-${ines}`).click();
    await page.getByTestId('phone-input').fill('And me?');
    await page.getByTestId('phone-send').click();
    await page.getByTestId('chat').getByText('And me?').waitFor();
    expect(await page.getByTestId('worker-input').inputValue()).toBe('');
    expect(await page.locator('.template').count()).toBe(0);

    await open(first);
    expect(await page.getByTestId('worker-input').inputValue()).toBe('Only for Amélie');
    await open(second);
    expect(await page.getByTestId('worker-input').inputValue()).toBe('');
  });

  it('comes back when the local Twilio does not answer, with what was typed since', async () => {
    const input = page.getByTestId('phone-input');
    await page.route('**/api/inbound', async (route) => {
      await input.fill('Typed since');
      await route.abort();
    });
    await input.fill('Typed offline');
    await page.getByTestId('phone-send').click();
    await page.getByTestId('toast').getByText('does not answer').waitFor();
    expect(await input.inputValue()).toBe('Typed offline\nTyped since');

    await page.unroute('**/api/inbound');
    await page.getByTestId('phone-send').click();
    await page.getByTestId('chat').getByText('Typed offline').waitFor();
    expect(await input.inputValue()).toBe('');
  });

  it('keeps its line breaks', async () => {
    await page.getByTestId('phone-input').fill('first');
    await page.getByTestId('phone-input').press('Shift+Enter');
    await page.keyboard.type('second');
    await page.keyboard.press('Enter');
    const message = page.getByTestId('phone').getByTestId('message').locator('.body');
    await message.waitFor();
    expect(await message.innerText()).toBe('first\nsecond');
  });
});

describe('the timeline', () => {
  it('says first, with names, who got the conversation, and has a title and the local time on each card', async () => {
    await receive(amelie);
    await page.getByTestId('tab-customers').click();
    const cards = page.locator('.trace');
    await cards.getByText('Alice Adams lists the customers').waitFor();
    const routed = cards.filter({ hasText: 'Amélie Dubois writes to +16465550190' });
    expect(await routed.locator('header [data-testid=decision]').innerText()).toBe(
      'Alice Adams, the customer’s owner.',
    );
    for (const time of await cards.locator('header time').all()) {
      const iso = await time.getAttribute('datetime');
      const local = new Date(iso ?? '').toLocaleTimeString('en-GB', { timeZone: 'Asia/Kolkata' });
      expect(await time.innerText()).toBe(local);
    }
    expect(await cards.locator('header h3').count()).toBe(await cards.count());
  });

  it.each([1280, 1024, 390])('cuts no sentence and no rule off at %i px', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    await receive('+19175550150');
    const timeline = page.getByTestId('pane-timeline');
    if (await timeline.isVisible()) await timeline.click();
    await page.locator('[data-name=onConversationRoute] .pill').waitFor();
    const cut =
      await page.evaluate(`[...document.querySelectorAll('[data-testid=decision], .pill, .event code')]
      .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline')
      .map((one) => one.textContent)`);
    expect(cut).toEqual([]);
    const list = await page.locator('.traces').evaluate((one) => one.scrollWidth - one.clientWidth);
    expect(list).toBe(0);
  });

  it('folds requests that repeat, and opens to show each', async () => {
    running.local.rest.fail({}, { status: 429, code: 20429 }, 2);
    await receive('+19175550150');
    const folded = page.locator('[data-testid^=folded-]').filter({ hasText: '429' });
    expect(await folded.locator('> summary code').innerText()).toMatch(
      /^2 × GET \/Conversations\/CH…[0-9a-f]{6}\/Participants$/,
    );
    expect(await folded.locator('[data-name=rest]').first().isVisible()).toBe(false);
    await folded.locator('> summary').click();
    expect(await folded.locator('[data-name=rest]:visible').count()).toBe(2);
  });

  it('links an error to its page', async () => {
    running.local.rest.fail({ path: /\/Participants$/ }, { status: 403, code: 20403 }, 1);
    await receive('+19175550150');
    const route = page.locator('[data-name=onConversationRoute]');
    expect(await route.getByRole('link', { name: '48010' }).getAttribute('href')).toBe(
      'https://www.twilio.com/docs/api/errors/48010',
    );
    const [opened] = await Promise.all([
      page.waitForEvent('popup'),
      route.getByRole('link', { name: 'twilio_refused' }).click(),
    ]);
    await opened.waitForLoadState();
    const row = opened.locator('tr:has(:target)');
    expect(await row.locator('td').nth(2).innerText()).toMatch(/^Twilio rejected a request for good/);
    await waitUntilInView(row);
  });

  it('leads to the result of a resend, and makes it stand out', async () => {
    for (const from of [amelie, ines, '+19175550150', '+19175550151']) await receive(from);
    const oldest = page.locator('[data-name=onConversationAdd]').last();
    await oldest.locator('.webhook-head').click();
    await oldest.getByText('Edit and resend').click();
    await oldest.getByTestId('resend-submit').click();
    const result = page.locator('[data-highlighted=true]');
    await result.waitFor();
    expect(await page.locator('.trace').first().locator('[data-highlighted=true]').count()).toBe(1);
    await waitUntilInView(result);
    expect(await page.locator('.trace h3').first().innerText()).toBe('onConversationAdd, sent again');
    expect(await page.evaluate('document.activeElement.className')).toBe('webhook-head');
  });

  it('counts what is new while the user reads further down, and leads there', async () => {
    for (const from of [amelie, ines, '+19175550150']) await receive(from);
    await page.locator('.trace').nth(2).waitFor();
    expect(await page.getByTestId('new-entries').count()).toBe(0);
    await page.locator('.traces').evaluate((list) => list.scrollTo({ top: 400 }));
    // The page learns of it in the next frame.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    await receive('+19175550152');
    await page.getByTestId('new-entries').getByText('1 new').waitFor();
    await receive('+19175550153');
    await page.getByTestId('new-entries').getByText('2 new').click();
    await page.getByTestId('new-entries').waitFor({ state: 'detached' });
    expect(await page.locator('.traces').evaluate((list) => list.scrollTop)).toBe(0);
  });
});

describe('messages of the page', () => {
  it.each([1280, 1024, 390])('can be dismissed, and cover no control at %i px', async (width) => {
    await page.route('**/api/inbound', (route) => route.abort());
    await page.setViewportSize({ width, height: 800 });
    await page.getByTestId('phone-input').fill('Hello?');
    await page.getByTestId('phone-send').click();
    const toast = page.getByTestId('toast');
    await toast.waitFor();
    const covered = await page.evaluate(`(() => {
      const toast = document.querySelector('[data-testid=toast]');
      const a = toast.getBoundingClientRect();
      return [...document.querySelectorAll('button, input, select, textarea, a')]
        .filter((one) => !toast.contains(one) && one.checkVisibility())
        .filter((one) => {
          const b = one.getBoundingClientRect();
          return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
        })
        .map((one) => one.dataset.testid ?? one.textContent);
    })()`);
    expect(covered).toEqual([]);
    await toast.getByLabel('Dismiss').click();
    await toast.waitFor({ state: 'detached' });
  });

  it('no longer say that the local Twilio does not answer once it does again', async () => {
    await page.clock.install();
    await page.context().setOffline(true);
    await page.getByTestId('phone-input').fill('Hello?');
    await page.getByTestId('phone-send').click();
    await page.getByTestId('toast').getByText('does not answer').waitFor();
    // The page's clock stands still: no time limit ends the message.
    await page.clock.pauseAt(Date.now() + 1_000);
    await page.context().setOffline(false);
    await page.getByTestId('toast').waitFor({ state: 'detached' });
  });

  it('show what the build reports without the colors of a terminal', async () => {
    await running.local.onBuild({
      ok: false,
      report: '\u001b[31m✗\u001b[39m customers: \u001b[1mwrong\u001b[22m',
    });
    const banner = page.locator('.banner pre');
    await banner.waitFor();
    expect(await banner.textContent()).toBe('✗ customers: wrong');
  });
});

describe('the keyboard', () => {
  it.each([
    ['tab-chats', 'ArrowRight', 'tab-customers'],
    ['tab-chats', 'ArrowLeft', 'tab-customers'],
    ['tab-chats', 'End', 'tab-customers'],
    [`phone-${amelie}`, 'ArrowRight', 'phone-'],
  ])('moves from the tab %s by %s, and chooses the one it comes to', async (from, key, to) => {
    await page.getByTestId(from).focus();
    await page.keyboard.press(key);
    const now = String(await focused());
    expect(now.startsWith(to) && now !== from).toBe(true);
    const tab = page.getByTestId(now);
    expect([await tab.getAttribute('aria-selected'), await tab.getAttribute('tabindex')]).toEqual([
      'true',
      '0',
    ]);
    expect(await page.getByTestId(from).getAttribute('tabindex')).toBe('-1');
    const panel = await tab.getAttribute('aria-controls');
    expect(await page.locator(`#${panel}`).getAttribute('role')).toBe('tabpanel');
  });

  it('opens the menu of scenarios, moves in it, and leaves it', async () => {
    await page.getByTestId('menu-scenarios').focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('scenario-new-customer').waitFor();
    expect(await focused()).toBe('scenario-new-customer');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toBe('scenario-known-customer');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowUp');
    expect(await focused()).toBe(await page.locator('[role=menuitem]').last().getAttribute('data-testid'));
    await page.keyboard.press('Escape');
    expect(await focused()).toBe('menu-scenarios');
  });
});

describe('on a phone', () => {
  beforeEach(() => page.setViewportSize({ width: 390, height: 700 }));

  it('has fields of 16 px, into which no browser zooms', async () => {
    await page.getByTestId('menu-settings').click();
    const sizes = `[...document.querySelectorAll('input:not([type=checkbox]), select, textarea')]
      .map((one) => getComputedStyle(one).fontSize)`;
    expect(new Set((await page.evaluate(sizes)) as string[])).toEqual(new Set(['16px']));
  });

  it.each(['menu-scenarios', 'menu-settings'])('shows all of the popup of %s', async (menu) => {
    await page.getByTestId(menu).click();
    const box = await page.locator(':popover-open').boundingBox();
    expect(box).toMatchObject({ x: expect.any(Number), y: expect.any(Number) });
    const { x = -1, y = -1, width = 0, height = 0 } = box ?? {};
    expect([x >= 0, y >= 0, x + width <= 390, y + height <= 700]).toEqual([true, true, true, true]);
  });
});
