import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../cli/screenshots';
import { type RunningLocal, startLocal } from './local';

// The engine runs in the page. It sends nothing anywhere.
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

let running: RunningLocal;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  running = await startLocal();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await running?.stop();
});

const post = (path: string, body: object) =>
  fetch(`${running.console}/api${path}`, { method: 'POST', body: JSON.stringify(body) });

/** What a user does on the page until it is in the state that is examined. */
const states: Record<string, () => Promise<unknown>> = {
  'nothing has happened': async () => undefined,
  'a conversation, its webhook and a folded request are open': async () => {
    await showPane('customer');
    await page.getByTestId('phone-input').fill('Hello, is anybody there?');
    await page.getByTestId('phone-send').click();
    await showPane('worker');
    await page.getByTestId('worker-input').fill('Yes!');
    await page.getByTestId('templates').click();
    await page.locator('.template').first().waitFor();
    await showPane('timeline');
    await page.locator('[data-name=onConversationRoute] .webhook-head').first().click();
    await page.locator('[data-name=rest] summary').first().click();
  },
  'a webhook is edited': async () => {
    await post('/inbound', { from: '+19175550150', body: 'Hi' });
    await showPane('timeline');
    const add = page.locator('[data-name=onConversationAdd]').first();
    await add.locator('.webhook-head').click();
    await add.getByText('Edit and resend').click();
  },
  'a message is not delivered': async () => {
    await post('/inbound', { from: '+16465550106', body: 'Hi' });
    await post('/inbound', { from: '+16465550106', body: 'STOP' });
    await showPane('worker');
    await page.locator('[data-testid^=worker-chat-]').first().click();
    await page.getByTestId('worker-input').fill('Are you still there?');
    await page.getByTestId('worker-send').click();
    await page.getByTestId('chat').locator('.undelivered').waitFor();
  },
  'a list of customers': async () => {
    await showPane('worker');
    await page.getByTestId('tab-customers').click();
    await page.locator('[data-testid^=customer-row-]').first().waitFor();
  },
  'a customer’s card': async () => {
    await showPane('worker');
    await page.getByTestId('tab-customers').click();
    await page.locator('[data-testid^=customer-row-]').first().click();
    await page.locator('.card-head').waitFor();
  },
  'an interaction in Flex': async () => {
    await startInFlex();
    await page.locator('[data-testid^=flex-interaction-]').waitFor();
  },
  'a start in Flex that is refused': async () => {
    await startInFlex('whatsapp');
    await page.locator('[data-testid=flex-result][data-status="422"]').waitFor();
  },
  'the menu of scenarios': async () => {
    await page.getByTestId('menu-scenarios').click();
    await page.getByTestId('scenario-new-customer').waitFor();
  },
  'the settings': async () => {
    await page.getByTestId('menu-settings').click();
    await page.getByTestId('settings-routing').waitFor();
  },
  'a search for a phone': async () => {
    await showPane('customer');
    await page.getByTestId('phone-picker').fill('fox');
    await page.locator('[role=option][aria-selected=true]').waitFor();
  },
  'all conversations': async () => {
    await post('/inbound', { from: '+19175550150', body: 'Hi' });
    await showPane('timeline');
    await page.getByTestId('view-conversations').click();
    await page.getByTestId(/^open-CH/).waitFor();
  },
  'the customers in the data': async () => {
    await showPane('timeline');
    await page.getByTestId('view-data').click();
    await page.getByTestId('data-search').fill('fox');
    await page.getByTestId('data-open-1002').click();
    await page.getByTestId('data-values').getByText('John Fox').waitFor();
  },
  'the routing data': async () => {
    await showPane('timeline');
    await page.getByTestId('view-data').click();
    await page.getByTestId('data-routing').click();
    await page
      .getByTestId(/^data-row-/)
      .first()
      .waitFor();
  },
  'faults are on': async () => {
    running.local.parts.settings.change({ deliverTwice: true, faults: { rest: 'hang' } });
    await page.getByTestId('faults').waitFor();
  },
  'the dialog for a phone': async () => {
    await showPane('customer');
    await page.getByTestId('phone-picker').click();
    await page.getByTestId('phone-picker-option-new').click();
    await page.getByTestId('new-phone').waitFor();
  },
  'a scenario ended well': async () => {
    await page.getByTestId('menu-scenarios').click();
    await page.getByTestId('scenario-deliver-twice').click();
    await page.getByTestId('scenario-result').waitFor();
    await showPane('timeline');
  },
  'routing fails': async () => {
    running.local.rest.fail({ path: /\/Participants$/ }, { status: 403, code: 20403 }, 1);
    await post('/inbound', { from: '+19175550150', body: 'Hi' });
    await showPane('timeline');
    await page.locator('[data-name=onConversationRoute][data-state=failed]').waitFor();
    await page.getByTestId('filter-problems').click();
  },
  'the last build failed': async () => {
    await running.local.onBuild({ ok: false, report: 'assets/customers.private.json: wrong' });
    await page.getByText('The last build failed').waitFor();
  },
  'the local Twilio does not answer': async () => {
    await page.context().setOffline(true);
    await page.route('**/api/**', (route) => route.abort());
    await showPane('customer');
    await page.getByTestId('phone-input').fill('Hello?');
    await page.getByTestId('phone-send').click();
    await page.getByTestId('toast').waitFor();
  },
  'the local Twilio is not there': async () => {
    await page.route('**/api/**', (route) => route.abort());
    await page.reload();
    await page.locator('.banner').waitFor();
  },
  'the page of errors': async () => {
    await page.goto(`${running.console}/errors#out_of_time`);
  },
};

/** On a narrow screen, one pane is shown at a time. */
async function showPane(name: 'customer' | 'timeline' | 'worker'): Promise<void> {
  const button = page.getByTestId(`pane-${name}`);
  if (await button.isVisible()) await button.click();
}

async function startInFlex(channel = 'sms'): Promise<void> {
  await showPane('worker');
  await page.getByTestId('side-flex').click();
  await page.getByTestId('flex-channel').selectOption(channel);
  await page.getByTestId('flex-body').fill('May we come at ten?');
  await page.getByTestId('flex-start').click();
  await page.getByTestId('flex-result').waitFor();
}

/** @returns what the engine finds wrong, with the elements */
async function examine(): Promise<string[]> {
  // Animations end before colors are measured.
  await page.evaluate(
    'Promise.all(document.getAnimations().map((one) => one.finished.catch(() => undefined)))',
  );
  await page.evaluate(axe);
  return page.evaluate(`axe
    .run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      rules: { 'target-size': { enabled: true } },
    })
    .then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ': ' + node.target + ' ' + node.failureSummary)),
    )`);
}

/**
 * @returns the controls whose border is hard to see; the engine does not measure borders
 * @see https://www.w3.org/TR/WCAG22/#non-text-contrast
 */
async function faintControls(): Promise<string[]> {
  return page.evaluate(`(() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const rgba = (color) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = (color) => {
      const [r, g, b] = rgba(color).map((value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
      if (!element) return 'white';
      const { backgroundColor } = getComputedStyle(element);
      return rgba(backgroundColor)[3] === 255 ? backgroundColor : behind(element.parentElement);
    };
    const contrast = (a, b) => {
      const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
      return (light + 0.05) / (dark + 0.05);
    };
    return [...document.querySelectorAll('.input, .select, .button, .toggle, .chip')]
      .filter((one) => one.checkVisibility() && !one.disabled)
      .map((one) => [one, contrast(getComputedStyle(one).borderTopColor, behind(one.parentElement))])
      .filter(([, value]) => value < 3)
      .map(([one, value]) => (one.dataset.testid ?? one.className) + ' ' + value.toFixed(2));
  })()`);
}

describe.each([1280, 390])('the console, %i px wide', (width) => {
  beforeEach(async () => {
    running.local.reset(true);
    await running.local.onBuild({ ok: true });
    page = await browser.newPage({
      viewport: { width, height: 844 },
      reducedMotion: 'reduce',
    });
    page.setDefaultTimeout(15_000);
    await page.goto(running.console);
    await page.getByTestId('phone-input').waitFor();
  });
  afterEach(() => page.close());

  it.each(Object.keys(states))('is accessible when: %s', async (state) => {
    await states[state]?.();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect([colorScheme, await examine(), await faintControls()]).toEqual([colorScheme, [], []]);
    }
  });
});
