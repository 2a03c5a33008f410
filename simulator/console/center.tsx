import { Tabs } from './controls/tabs';
import { Conversations } from './conversations/conversations';
import { Data } from './data/data';
import { view } from './state/state';
import { Timeline, TimelineHead } from './timeline/timeline';

const names = { timeline: 'Timeline', conversations: 'Conversations', data: 'Data' } as const;

/** The middle: what happens, all conversations, and the data that decides. */
export function Center() {
  return (
    <section class="center" aria-label={names[view.value]}>
      <header class="side-head">
        <h2 class="visually-hidden">{names[view.value]}</h2>
        <Tabs
          label="Views"
          panel="center-panel"
          class="switch"
          chosen={view.value}
          onChoose={(next) => (view.value = next)}
          tabs={(Object.keys(names) as (keyof typeof names)[]).map((one) => ({
            value: one,
            testId: `view-${one}`,
            content: names[one],
          }))}
        />
        <span class="grow" />
        {view.value === 'timeline' && <TimelineHead />}
      </header>
      <div class="center-panel" id="center-panel" role="tabpanel" aria-label={names[view.value]}>
        {view.value === 'timeline' ? (
          <Timeline />
        ) : view.value === 'conversations' ? (
          <Conversations />
        ) : (
          <Data />
        )}
      </div>
    </section>
  );
}
