import type { Locator } from 'playwright-core';
import { buildProject } from '../../build/build-project';
import { ProjectCopy } from '../support/project-copy';
import { useConsole } from './console-page';

let project: ProjectCopy;
const { running, page } = useConsole({
  root: async () => {
    project = new ProjectCopy();
    await buildProject(project.root);
    return project.root;
  },
  failsOnLogged: true,
});
afterAll(() => project?.remove());

const writeAs = async (text: string): Promise<void> => {
  await page.getByTestId('phone-input').fill(text);
  await page.getByTestId('phone-input').press('Enter');
};

/** Chooses an option of a combobox by its id: a customer is searched first. */
const choose = async (combobox: string, option: string): Promise<void> => {
  await page.getByTestId(combobox).click();
  if (/\d/.test(option)) await page.getByTestId(combobox).fill(option);
  await page.getByTestId(`${combobox}-option-${option}`).click();
};

/** @returns the `data-testid` of what has the focus */
const focused = (): Promise<unknown> => page.evaluate('document.activeElement.dataset.testid');

describe('the console', () => {
  it('lets a customer text in; the worker sees it, answers, and the phone shows the answer', async () => {
    await writeAs('Hello, is anybody there?');
    const chat = page.getByTestId('chat');
    await chat.getByText('Hello, is anybody there?').waitFor();
    await page.getByTestId('worker-input').fill('Yes! How can I help?');
    await page.getByTestId('worker-send').click();
    const answer = page
      .getByTestId('phone')
      .getByTestId('message')
      .filter({ hasText: 'Yes! How can I help?' });
    await answer.waitFor();
    expect(await answer.getAttribute('data-author')).toBe('alice@example.com');

    const route = page.locator('[data-name=onConversationRoute]');
    expect(await route.getAttribute('data-state')).toBe('ok');
    await route.locator('.webhook-head').click();
    await route.getByText('customer_worker matched').waitFor();
    await route.getByText('no entry for this customer').waitFor();
  });

  it('shows text as text', async () => {
    await writeAs('<img src=x onerror="document.title=1"> {{worker}}');
    await page.getByTestId('chat').getByText('<img src=x onerror="document.title=1"> {{worker}}').waitFor();
    expect(await page.title()).toBe('Local Twilio');
  });

  it('lets a worker find a customer, start a conversation and write by a template', async () => {
    await page.getByTestId('worker-select').selectOption('alice@example.com');
    await page.getByTestId('tab-customers').click();
    await page.getByTestId('customer-search').fill('GOMEZ');
    await page.getByTestId('customer-row-1001').click();
    await page.getByTestId('start-whatsapp').click();
    await page.getByTestId('chat').getByText('whatsapp:+12125550101').waitFor();
    await page.getByTestId('templates').click();
    await page.getByText('Hola María Gómez, soy Alice Adams').click();
    await page.getByTestId('worker-send').click();
    await page.getByTestId('phone').getByText('Hola María Gómez, soy Alice Adams').waitFor();
    expect(await page.getByTestId('phone').getAttribute('data-channel')).toBe('whatsapp');
  });

  it('sends an edited event again', async () => {
    await writeAs('Hi');
    const add = page.locator('[data-name=onConversationAdd]');
    await add.locator('.webhook-head').click();
    await add.getByText('Edit and resend').click();
    await page.getByTestId('edit-MessagingBinding.Address').fill('+12125550101');
    await page.getByTestId('resend-submit').click();
    await page.locator('[data-name=onConversationAdd]').nth(1).waitFor();
    const again = page.locator('[data-name=onConversationAdd]').first();
    await again.locator('.webhook-head').click();
    await again.getByText('"friendly_name": "María Gómez"').waitFor();
  });

  it('shows a scenario that ended well, and one that failed as failing', async () => {
    await page.getByTestId('menu-scenarios').click();
    await page.getByTestId('scenario-deliver-twice').click();
    const result = page.getByTestId('scenario-result');
    await result.waitFor();
    expect(await result.getAttribute('data-ok')).toBe('true');

    const webhooks = [{ kind: 'error' as const, on: 'onConversationRoute' as const, status: 500 }];
    const { settings } = running.local.parts;
    await settings.changeDuring({ faults: { webhooks } }, async () => {
      await page.getByTestId('menu-scenarios').click();
      await page.getByTestId('scenario-new-customer').click();
      await page.locator('[data-testid=scenario-result][data-ok=false]').waitFor();
    });
    await result.getByText('onConversationRoute: expected status 200, got 500').waitFor();
    const failed = page.locator('[data-name=onConversationRoute][data-state=failed]');
    await failed.getByText('48010').waitFor();
    await page.getByTestId('filter-problems').click();
    expect(await page.locator('[data-name=onConversationRoute]').count()).toBe(1);
  });

  it('tells that it is local and simulated, and is usable by keyboard', async () => {
    expect(await page.getByTestId('badge-local').textContent()).toContain('Local · simulated');
    await page.getByTestId('menu-settings').focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('settings-routing').waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('settings-routing').waitFor({ state: 'hidden' });
    expect(await focused()).toBe('menu-settings');
    await page.getByTestId('phone-input').focus();
    await page.keyboard.type('by keyboard');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByTestId('chat').getByText('by keyboard').waitFor();
  });

  it('adds an unknown customer’s phone, once its number is in E.164', async () => {
    const dialog = page.getByTestId('new-phone');
    const number = page.getByTestId('new-phone-number');
    await choose('phone-picker', 'new');
    await dialog.waitFor();
    expect(await focused()).toBe('new-phone-number');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await focused()).toBe('phone-picker');

    await choose('phone-picker', 'new');
    await number.fill('555 0151');
    await number.press('Enter');
    expect(await dialog.isVisible()).toBe(true);
    await number.fill(' +19175550151 ');
    await number.press('Enter');
    await page.getByTestId('phone-+19175550151').waitFor();
    expect(await dialog.isVisible()).toBe(false);
    await writeAs('Hello');
    await page.getByTestId('chat').getByText('Hello').waitFor();
  });

  it('closes a menu for a choice, an Escape and a click beside it, and keeps it on a phone’s screen', async () => {
    await page.getByTestId('menu-settings').click();
    await page.getByTestId('settings-reset').click();
    await page.getByTestId('settings-reset').waitFor({ state: 'hidden' });
    await page.getByTestId('menu-scenarios').click();
    await page.getByTestId('menu-settings').click();
    await page.getByTestId('scenario-new-customer').waitFor({ state: 'hidden' });
    await page.getByTestId('badge-local').click();
    await page.getByTestId('settings-reset').waitFor({ state: 'hidden' });

    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByTestId('menu-scenarios').click();
    const box = await page.getByTestId('scenario-new-customer').boundingBox();
    expect(box?.x).toBeGreaterThan(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThan(390);
  });

  it('has one pane at a time on a phone, without a scroll bar below', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByTestId('pane-worker').click();
    await page.getByTestId('worker-select').waitFor();
    expect(await page.getByTestId('phone-input').isVisible()).toBe(false);
    for (const pane of ['customer', 'timeline', 'worker']) {
      await page.getByTestId(`pane-${pane}`).click();
      const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      expect([pane, overflow]).toEqual([pane, 0]);
    }
    await page.getByTestId('side-flex').click();
    await page.getByTestId('flex-start').waitFor();
    const overflow = await page.evaluate(
      '[document.documentElement, document.querySelector(".scroll")].map((one) => one.scrollWidth - one.clientWidth)',
    );
    expect(overflow).toEqual([0, 0]);
  });

  it('changes availability and settings at the server, and forgets all when asked', async () => {
    await page.getByTestId('worker-select').selectOption('bob@example.com');
    await page.getByTestId('worker-available').click();
    await page.getByTestId('worker-available').getByText('Unavailable').waitFor();
    expect(
      running.local.parts.workers.list().find(({ identity }) => identity === 'bob@example.com')?.available,
    ).toBe(false);
    await page.getByTestId('worker-available').click();
    await page.getByTestId('worker-available').getByText('Available', { exact: true }).waitFor();

    await writeAs('to be forgotten');
    await page.getByTestId('chat').waitFor();
    await page.getByTestId('menu-settings').click();
    await page.getByTestId('settings-reset').click();
    await page.getByText('Nothing has happened yet.').waitFor();
    expect(running.local.state.conversations()).toEqual([]);
  });

  it('shows a build that failed', async () => {
    await running.local.onBuild({ ok: false, report: 'assets/customers.private.json: wrong' });
    await page.getByText('The last build failed').waitFor();
    await page.getByText('assets/customers.private.json: wrong').waitFor();
    await running.local.onBuild({ ok: true });
    await page.getByText('The last build failed').waitFor({ state: 'detached' });
    await writeAs('still there?');
    await page.getByTestId('chat').getByText('still there?').waitFor();
  });
});

describe('the Flex side', () => {
  beforeEach(async () => {
    await page.getByTestId('side-flex').click();
    await page.getByTestId('flex-agent').selectOption('alice@example.com');
  });

  const fill = async (channel: string, text: string): Promise<void> => {
    await page.getByTestId('flex-channel').selectOption(channel);
    await page.getByTestId('flex-body').fill(text);
  };
  const start = async (status: number): Promise<Locator> => {
    await page.getByTestId('flex-start').click();
    const result = page.locator(`[data-testid=flex-result][data-status="${status}"]`);
    await result.waitFor();
    return result;
  };
  const interaction = (name: string): Locator =>
    page.locator('[data-testid^=flex-interaction-][data-status=active]').filter({ hasText: name });

  it.each([
    ['sms', '1001', 'agent', {}, 'María Gómez'],
    ['chat', '1018', 'server', {}, 'Mai Nguyễn'],
    ['email', '1001', 'agent', { 'flex-subject': 'Your appointment' }, 'María Gómez'],
    ['messenger', 'other', 'agent', { 'flex-to': '1234567890' }, 'messenger:1234567890'],
  ])(
    'lets an agent start a conversation by %s, and write on',
    async (channel, customer, as, written, name) => {
      await fill(channel, 'May we come at ten?');
      await choose('flex-customer', customer);
      await page.getByTestId('flex-as').selectOption(as);
      for (const [id, value] of Object.entries(written)) await page.getByTestId(id).fill(value);
      const result = await start(201);
      await result.getByText(/^KD[0-9a-f]{32}$/).waitFor();

      await interaction(name).getByText('task assigned').waitFor();
      await interaction(name).click();
      const chat = page.getByTestId('chat');
      await chat.getByText('May we come at ten?').waitFor();
      for (const value of Object.values(written)) await chat.getByText(value).first().waitFor();
      await page.getByTestId('flex-input').fill('Or at eleven?');
      await page.getByTestId('flex-send').click();
      const message = chat.getByTestId('message').filter({ hasText: 'Or at eleven?' });
      await message.waitFor();
      expect(await message.getAttribute('data-author')).toBe('alice_40example_2Ecom');
    },
  );

  it('is told that WhatsApp takes a template only, and shows how the template reads before it is sent', async () => {
    await fill('whatsapp', 'May we come at ten?');
    await choose('flex-customer', '1001');
    await (await start(422)).getByText('template_required').waitFor();

    await page.getByTestId('flex-template').selectOption('HX00000000000000000000000000000001');
    await page.getByTestId('flex-variable-1').fill('María');
    await (await start(422)).getByText('template_variables_missing').waitFor();
    await page.getByTestId('flex-variable-2').fill('Alice');
    const text = 'Hello María, this is Alice of Example Services.';
    await page.getByTestId('flex-preview').getByText(text).waitFor();
    await start(201);
    await page.getByTestId('phone').getByText(text).waitFor();
    expect(await page.getByTestId('phone').getAttribute('data-channel')).toBe('whatsapp');
  });

  it('shows the SMS on the customer’s phone, and by whom it is', async () => {
    await fill('sms', 'May we come at ten?');
    await choose('flex-customer', '1002');
    await start(201);
    const message = page.getByTestId('phone').getByTestId('message');
    await message.getByText('May we come at ten?').waitFor();
    await message.getByText('Alice Adams').waitFor();
  });

  it('names the conversation that is open already, opens it, and starts another once it is closed', async () => {
    await fill('sms', 'May we come at ten?');
    await choose('flex-customer', '1001');
    await start(201);
    const [open] = running.local.state.conversations();
    const refused = await start(409);
    await refused.getByText('conversation_open').waitFor();
    await refused.getByText(open?.sid ?? '').waitFor();

    await page.getByTestId('flex-open').click();
    await page.getByTestId('flex-close').click();
    await page.getByTestId('flex-close').getByText('closed').waitFor();
    expect(await page.getByTestId('flex-input').isDisabled()).toBe(true);
    await page.getByTestId('flex-back').click();
    await start(201);
    await interaction('María Gómez').waitFor();
    const statuses = running.local.snapshot().flex.interactions.map(({ status }) => status);
    expect(statuses).toEqual(['active', 'closed']);
  });

  it('carries a start out once when it is sent again with its key', async () => {
    await fill('sms', 'May we come at ten?');
    await choose('flex-customer', '1001');
    await page.getByTestId('flex-new-key').click();
    await start(201);
    await start(201);
    expect(running.local.snapshot().flex.interactions).toHaveLength(1);
  });

  it('says why Google Business Messages are no more', async () => {
    await fill('gbm', 'Hello?');
    await page.getByTestId('flex-to').fill('1234567890');
    await (await start(422)).getByText('Google ended Google Business Messages on 31 July 2024').waitFor();
  });
});
