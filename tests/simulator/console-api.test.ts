import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ActionResult, TimelineEntry } from '../../simulator/api';
import { useLocal, webhooks } from './local-over-http';

const run = promisify(execFile);
const { running, api } = useLocal();

describe('the console', () => {
  it('sends an edited webhook again, copies it as a signed curl, exports the timeline', async () => {
    const { entries } = await api<ActionResult>('POST', '/api/inbound', { from: '+12125550102', body: 'Hi' });
    const [add] = webhooks(entries);
    const fields = {
      ...add?.fields,
      'MessagingBinding.Address': '+12125550101',
      'MessagingBinding.AuthorAddress': '',
    };
    const again = await api<ActionResult>('POST', '/api/resend', { id: add?.id, fields });
    expect(JSON.parse(webhooks(again.entries)[0]?.body ?? '')).toMatchObject({
      friendly_name: 'María Gómez',
    });

    const command = await (await fetch(`${running.console}/api/timeline/${add?.id}/curl`)).text();
    const { stdout } = await run('bash', ['-c', command.replace('curl', 'curl -s')]);
    expect(JSON.parse(stdout)).toMatchObject({ friendly_name: 'John Fox' });

    const exported = await fetch(`${running.console}/api/timeline?format=export`);
    expect(exported.headers.get('content-disposition')).toContain('timeline.json');
    expect(((await exported.json()) as TimelineEntry[]).length).toBeGreaterThan(5);
  });

  it('shows the app: customers with search and paging, a card, templates', async () => {
    const base = '/api/app/customers?worker=alice@example.com';
    const first = await api<{ customers: { display_name: string }[]; nextPageToken: string }>(
      'GET',
      `${base}&pageSize=2`,
    );
    expect(first.customers).toHaveLength(2);
    const next = await api<typeof first>(
      'GET',
      `${base}&pageSize=2&token=${encodeURIComponent(first.nextPageToken)}`,
    );
    expect(next.customers[0]?.display_name).not.toBe(first.customers[0]?.display_name);
    const found = await api<typeof first>('GET', `${base}&query=dubois`);
    expect(found.customers.map(({ display_name }) => display_name)).toEqual(['Amélie Dubois']);
    const card = await api<{ customer: object }>('GET', '/api/app/customers/1001?worker=alice@example.com');
    expect(card.customer).toMatchObject({ customer_id: '1001', display_name: 'María Gómez' });
    const templates = await api<{ categories: object[] }>(
      'GET',
      '/api/app/templates?worker=alice@example.com&customerId=1001',
    );
    expect(templates.categories).toHaveLength(3);
  });

  it('refuses what it cannot do, and says what is wrong', async () => {
    expect(await api('POST', '/api/inbound', { from: 'x', body: 'y' })).toMatchObject({
      message: '"x" is not a number in E.164 format, e.g. +12125550101',
    });
    expect(await api('POST', '/api/inbound', { body: 'y' })).toMatchObject({
      message: expect.stringContaining('from'),
    });
    expect(await api('POST', '/api/scenarios/odd')).toMatchObject({ code: 20404 });
    expect(await api('GET', '/api/nothing')).toMatchObject({
      message: expect.stringContaining('does not exist'),
    });
    const foreign = await fetch(`${running.console}/api/state`, {
      headers: { Origin: 'https://example.com' },
    });
    expect(foreign.status).toBe(403);
  });
});
