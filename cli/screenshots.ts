import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, chromium, type Page } from 'playwright-core';

interface Picture {
  colorScheme: 'light' | 'dark';
  /** What a user does until the page looks as in the docs. */
  play(page: Page): Promise<void>;
}

/** The pictures of the README and of `docs/` by the name of their file. */
export const pictures: Record<string, Picture> = {
  'console-light.png': {
    colorScheme: 'light',
    async play(page) {
      await page.getByTestId('phone-input').fill('Hello, is anybody there?');
      await page.getByTestId('phone-send').click();
      await page.getByTestId('chat').getByText('Hello, is anybody there?').waitFor();
      await page.locator('[data-name=onConversationRoute][data-state=ok]').waitFor();
      await page.getByTestId('worker-input').fill('Yes! How can I help?');
      await page.getByTestId('worker-send').click();
      await page.getByTestId('phone').getByText('Yes! How can I help?').waitFor();
      await page.locator('[data-name=onConversationRoute] .webhook-head').click();
    },
  },
  'console-dark.png': {
    colorScheme: 'dark',
    async play(page) {
      await page.getByTestId('menu-scenarios').click();
      await page.getByTestId('scenario-twilio-hang').click();
      await page.locator('[data-testid=scenario-result][data-ok=true]').waitFor();
      // No picture shows the scenario’s result.
      await page.getByTestId('scenario-result').getByLabel('Dismiss').click();
      await page.locator('[data-name=onConversationRoute][data-state=failed] .webhook-head').click();
    },
  },
  'console-flex.png': {
    colorScheme: 'light',
    async play(page) {
      await page.getByTestId('side-flex').click();
      await page.getByTestId('flex-agent').selectOption('alice@example.com');
      await page.getByTestId('flex-channel').selectOption('whatsapp');
      // A click empties the field: its first customer can come meanwhile.
      await page.getByTestId('flex-customer').click();
      await page.getByTestId('flex-customer').fill('1001');
      await page.getByTestId('flex-customer-option-1001').click();
      await page.getByTestId('flex-body').fill('May we come at ten?');
      await page.getByTestId('flex-start').click();
      await page.locator('[data-testid=flex-result][data-status="422"]').waitFor();
      await page.getByTestId('flex-template').selectOption('HX00000000000000000000000000000001');
      await page.getByTestId('flex-variable-1').fill('María Gómez');
      await page.getByTestId('flex-variable-2').fill('Alice');
      await page.getByTestId('flex-new-key').click();
      await page.getByTestId('flex-start').click();
      await page.locator('[data-testid=flex-result][data-status="201"]').waitFor();
      await page.locator('[data-testid^=flex-interaction-][data-status=active]').waitFor();
      await page.getByTestId('phone').getByTestId('message').waitFor();
    },
  },
};

/** Errors that a page shows or logs. */
class PageProblems {
  readonly #page: Page;
  readonly #logged: string[] = [];

  /** @param page a page that has not been opened yet */
  constructor(page: Page) {
    this.#page = page;
    page.on('pageerror', (error) => this.#logged.push(`error on the page: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.#logged.push(`logged by the page: ${message.text()}`);
    });
  }

  /** @throws an error that lists them */
  async expectNone(): Promise<void> {
    const alerts = this.#page
      .locator('.banner, .result.failed, [role=alert]')
      .filter({ visible: true, hasText: /\S/ });
    const shown = (await alerts.allInnerTexts()).map(
      (text) => `shown: ${text.trim().replace(/\s*\n\s*/g, ' | ')}`,
    );
    const problems = [...shown, ...this.#logged];
    if (problems.length > 0) throw new Error(problems.join('\n'));
  }
}

/**
 * Opens the console, plays, and takes the picture once the page is still.
 *
 * @throws an error when the page shows or logs an error, or does not get that far
 */
export async function takePicture(browser: Browser, url: string, picture: Picture): Promise<Buffer> {
  const { colorScheme, play } = picture;
  const page = await browser.newPage({
    colorScheme,
    viewport: { width: 1440, height: 900 },
    locale: 'en-US',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
  });
  page.setDefaultTimeout(20_000);
  const problems = new PageProblems(page);
  try {
    await page.goto(url);
    await page.getByTestId('badge-local').waitFor();
    await page.getByTestId('phone-input').or(page.locator('.banner')).first().waitFor();
    await problems.expectNone();
    await play(page).catch(async (error: unknown) => {
      // An error on the page says more than a time-out.
      await problems.expectNone();
      throw error;
    });
    const image = await waitUntilStill(page);
    await problems.expectNone();
    return image;
  } finally {
    await page.close();
  }
}

async function waitUntilStill(page: Page): Promise<Buffer> {
  await page.locator('.spinner').waitFor({ state: 'detached' });
  await page.mouse.move(0, 0);
  let last: Buffer = Buffer.alloc(0);
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const image = await page.screenshot({ animations: 'disabled', caret: 'hide' });
    if (image.equals(last)) return image;
    last = image;
    await sleep(200);
  }
  throw new Error('the page does not stop changing');
}

/** Launches Debian's Chromium, or the one that `CHROMIUM` names. @throws when there is none */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no Chromium at ${executablePath}: apt-get install chromium, or name one by CHROMIUM`,
    );
  }
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  return chromium.launch({ executablePath, args });
}
