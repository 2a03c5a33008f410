import type { TimelineEntry } from '../../simulator/api';
import { capacity, longestText, type NewEntry, Timeline } from '../../simulator/timeline';

const webhook = (title: string): NewEntry => ({
  kind: 'webhook',
  name: 'onMessageAdded',
  url: 'http://localhost:3000',
  trace: 'trace-1',
  title,
  fields: {},
  limitMs: 5_000,
  problems: [],
  delivery: 1,
  state: 'running',
});
const charactersOf = (entries: TimelineEntry[]) => JSON.stringify(entries).length;

describe('the timeline', () => {
  it('keeps the newest entries, and no more characters than it may', () => {
    const timeline = new Timeline();
    const count = (3 * capacity.characters) / longestText;
    for (let i = 0; i < count; i++) {
      timeline.update(timeline.add(webhook(`${i}`)), { body: 'x'.repeat(longestText), status: 200 });
    }
    const kept = timeline.entries();
    expect(kept.at(-1)?.title).toBe(`${count - 1}`);
    expect(kept.map(({ title }) => Number(title))).toEqual(kept.map((_, i) => count - kept.length + i));
    expect(kept.length).toBeLessThan(count / 2);
    expect(kept.length * longestText).toBeLessThanOrEqual(capacity.characters);
    expect(charactersOf(kept)).toBeLessThan(1.1 * capacity.characters);
  });

  it('keeps no more entries than it may, and counts anew after a reset', () => {
    const timeline = new Timeline();
    for (let i = 0; i < capacity.entries + 10; i++) timeline.addNote('trace-1', `${i}`);
    expect(timeline.entries()).toHaveLength(capacity.entries);
    timeline.clear();
    timeline.update(timeline.add(webhook('new')), { body: 'x'.repeat(longestText) });
    expect(timeline.entries()).toHaveLength(1);
  });

  it('cuts a body that is too long, and says so', () => {
    const timeline = new Timeline();
    const entry = timeline.add(webhook('long'));
    timeline.update(entry, { body: 'x'.repeat(longestText + 1) });
    expect(timeline.get(entry.id)).toMatchObject({
      body: `${'x'.repeat(longestText)}… (${longestText + 1} characters)`,
    });
  });

  it('reports the end of a webhook whose entry is kept no more', () => {
    const timeline = new Timeline();
    const entry = timeline.add(webhook('first'));
    for (let i = 0; i < capacity.entries; i++) timeline.addNote('trace-1', `${i}`);
    const reported: TimelineEntry[] = [];
    timeline.onEntry((one) => reported.push(one));
    timeline.update(entry, { status: 200 });
    expect(reported).toMatchObject([{ title: 'first', status: 200 }]);
    expect(timeline.get(entry.id)).toBeUndefined();
  });
});
