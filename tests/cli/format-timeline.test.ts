import { formatEntry } from '../../cli/format-timeline';
import type { TimelineEntry } from '../../simulator/api';

it('lets no name of a customer control the terminal, or reorder a line', () => {
  const note = { kind: 'note', state: 'ok', title: 'mal\u202elo\u001b[2Jry writes on chat' };
  const line = formatEntry(note as TimelineEntry, (_format, text) => text, undefined);
  expect(line).toBe('✓ mal lo [2Jry writes on chat');
});
