import { readFileSync } from 'node:fs';
import type { Locator } from 'playwright-core';
import { useConsole } from './console-page';

// The engine runs in the page. It sends nothing anywhere.
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const sizes = { wide: { width: 1280, height: 844 }, narrow: { width: 390, height: 844 } };

const { running, page } = useConsole({
  page: { viewport: sizes.wide, reducedMotion: 'reduce' },
  resetsEverything: true,
});

const post = (path: string, body: object) =>
  fetch(`${running.console}/api${path}`, { method: 'POST', body: JSON.stringify(body) });

type Pane = 'customer' | 'timeline' | 'worker';
/** What shows the state, and in which pane if in one. */
interface Shown {
  in?: Pane;
  what: Locator;
}

/** What a user does on the page until it is in the state that is examined. */
const states: Record<string, () => Promise<Shown | undefined>> = {
  'nothing has happened': async () => undefined,
  'a conversation, its webhook and a folded request are open': async () => {
    await page.getByTestId('phone-input').fill('Hello, is anybody there?');
    await page.getByTestId('phone-send').click();
    await page.getByTestId('worker-input').fill('Yes!');
    await page.getByTestId('templates').click();
    await page.locator('.template').first().waitFor();
    await page.locator('[data-name=onConversationRoute] .webhook-head').first().click();
    await page.locator('[data-name=rest] summary').first().click();
    return { in: 'timeline', what: page.locator('[data-name=rest]') };
  },
  'a webhook is edited': async () => {
    await post('/inbound', { from: '+19175550150', body: 'Hi' });
    await showPane('timeline');
    const add = page.locator('[data-name=onConversationAdd]').first();
    await add.locator('.webhook-head').click();
    await add.getByText('Edit and resend').click();
    return { in: 'timeline', what: page.getByTestId('resend-submit') };
  },
  'a message is not delivered': async () => {
    await post('/inbound', { from: '+16465550106', body: 'Hi' });
    await post('/inbound', { from: '+16465550106', body: 'STOP' });
    await page.locator('[data-testid^=worker-chat-]').first().click();
    await page.getByTestId('worker-input').fill('Are you still there?');
    await page.getByTestId('worker-send').click();
    return { in: 'worker', what: page.getByTestId('chat').locator('.undelivered') };
  },
  'a list of customers': async () => {
    await page.getByTestId('tab-customers').click();
    return { in: 'worker', what: page.locator('[data-testid^=customer-row-]') };
  },
  'a customer’s card': async () => {
    await page.getByTestId('tab-customers').click();
    await page.locator('[data-testid^=customer-row-]').first().click();
    return { in: 'worker', what: page.locator('.card-head') };
  },
  'an interaction in Flex': async () => {
    await startInFlex();
    return { in: 'worker', what: page.locator('[data-testid^=flex-interaction-]') };
  },
  'a start in Flex that is refused': async () => {
    await startInFlex('whatsapp');
    return { in: 'worker', what: page.locator('[data-testid=flex-result][data-status="422"]') };
  },
  'the menu of scenarios': async () => {
    await page.getByTestId('menu-scenarios').click();
    return { what: page.getByTestId('scenario-new-customer') };
  },
  'the settings': async () => {
    await page.getByTestId('menu-settings').click();
    return { what: page.getByTestId('settings-routing') };
  },
  'a search for a phone': async () => {
    await showPane('customer');
    await page.getByTestId('phone-picker').fill('fox');
    return { what: page.locator('[role=option][aria-selected=true]') };
  },
  'all conversations': async () => {
    await post('/inbound', { from: '+19175550150', body: 'Hi' });
    await page.getByTestId('view-conversations').click();
    return { in: 'timeline', what: page.getByTestId(/^open-CH/) };
  },
  'the customers in the data': async () => {
    await page.getByTestId('view-data').click();
    await page.getByTestId('data-search').fill('fox');
    await page.getByTestId('data-open-1002').click();
    return { in: 'timeline', what: page.getByTestId('data-values').getByText('John Fox') };
  },
  'a search that has not been answered': async () => {
    await page.getByTestId('view-data').click();
    await page
      .getByTestId(/^data-open-/)
      .first()
      .waitFor();
    await page.route(/\/api\/customers\?query=fox/, () => undefined);
    await page.getByTestId('data-search').fill('fox');
    return { in: 'timeline', what: page.locator('[aria-busy=true]').getByTestId(/^data-open-/) };
  },
  'the routing data': async () => {
    await page.getByTestId('view-data').click();
    await page.getByTestId('data-routing').click();
    return { in: 'timeline', what: page.getByTestId(/^data-row-/) };
  },
  'faults are on': async () => {
    running.local.parts.settings.change({ deliverTwice: true, faults: { rest: 'hang' } });
    return { what: page.getByTestId('faults') };
  },
  'the dialog for a phone': async () => {
    await page.getByTestId('phone-picker').click();
    await page.getByTestId('phone-picker-option-new').click();
    return { what: page.getByTestId('new-phone') };
  },
  'a scenario ended well': async () => {
    await page.getByTestId('menu-scenarios').click();
    await page.getByTestId('scenario-deliver-twice').click();
    return { in: 'timeline', what: page.getByTestId('scenario-result') };
  },
  'routing fails': async () => {
    running.local.rest.fail({ path: /\/Participants$/ }, { status: 403, code: 20403 }, 1);
    await post('/inbound', { from: '+19175550150', body: 'Hi' });
    await page.locator('[data-name=onConversationRoute][data-state=failed]').waitFor();
    await page.getByTestId('filter-problems').click();
    return { in: 'timeline', what: page.locator('[data-name=onConversationRoute][data-state=failed]') };
  },
  'the last build failed': async () => {
    await running.local.onBuild({ ok: false, report: 'assets/customers.private.json: wrong' });
    return { what: page.getByText('The last build failed') };
  },
  'the local Twilio does not answer': async () => {
    await page.context().setOffline(true);
    await page.route('**/api/**', (route) => route.abort());
    await page.getByTestId('phone-input').fill('Hello?');
    await page.getByTestId('phone-send').click();
    return { what: page.getByTestId('toast') };
  },
  'the local Twilio is not there': async () => {
    await page.route('**/api/**', (route) => route.abort());
    await page.reload();
    return { what: page.locator('.banner') };
  },
  'the page of errors': async () => {
    await page.goto(`${running.console}/errors#out_of_time`);
    return undefined;
  },
};

/** What is closed when the window changes its size: these are played again. */
const closedByResize = new Set(['a webhook is edited', 'a search for a phone']);

/** On a narrow screen, one pane is shown at a time. */
async function showPane(name: Pane): Promise<void> {
  const button = page.getByTestId(`pane-${name}`);
  if (await button.isVisible()) await button.click();
}

async function startInFlex(channel = 'sms'): Promise<void> {
  await page.getByTestId('side-flex').click();
  await page.getByTestId('flex-channel').selectOption(channel);
  await page.getByTestId('flex-body').fill('May we come at ten?');
  await page.getByTestId('flex-start').click();
  await page.getByTestId('flex-result').waitFor();
}

const allRules = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  rules: { 'target-size': { enabled: true } },
};
const colorRules = { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } };

/** @returns what the engine finds wrong, with the elements */
async function examine(what: object): Promise<string[]> {
  // Animations end before colors are measured.
  await page.evaluate(
    'Promise.all(document.getAnimations().map((one) => one.finished.catch(() => undefined)))',
  );
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe);
  return page.evaluate(`axe
    .run(${JSON.stringify(what)})
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

describe('the console, wide and narrow, light and dark', () => {
  it.each(Object.keys(states))('is accessible when: %s', async (state) => {
    let shown = await states[state]?.();
    for (const [size, viewport] of Object.entries(sizes)) {
      await page.setViewportSize(viewport);
      if (size === 'narrow' && closedByResize.has(state)) {
        await page.reload();
        shown = await states[state]?.();
      }
      if (shown) {
        if (shown.in) await showPane(shown.in);
        await shown.what.first().waitFor();
      }
      // A theme changes nothing but colors.
      for (const [colorScheme, rules] of [
        ['light', allRules],
        ['dark', colorRules],
      ] as const) {
        await page.emulateMedia({ colorScheme });
        const found = [...(await examine(rules)), ...(await faintControls())];
        expect({ size, colorScheme, found }).toEqual({ size, colorScheme, found: [] });
      }
    }
  });
});
