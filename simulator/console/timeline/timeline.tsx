import { useRef } from 'preact/hooks';
import { Icon } from '../controls/icon';
import { VirtualList } from '../lists/virtual-list';
import { titleOf } from '../state/names';
import { runScenario } from '../state/run-scenario';
import { hasOlder, loaded, onlyConversation, onlyProblems, snapshot, timeline, traces } from '../state/state';
import { loadOlder } from '../state/timeline';
import { highlighted } from './highlight';
import { NewEntries } from './new-entries';
import { Trace } from './trace';

/** Chooses what the timeline shows, and offers it as a file. */
export function TimelineHead() {
  return (
    <>
      <div class="switch" role="group" aria-label="Filter">
        {[false, true].map((only) => (
          <button
            key={String(only)}
            type="button"
            aria-pressed={onlyProblems.value === only}
            data-testid={only ? 'filter-problems' : 'filter-all'}
            onClick={() => (onlyProblems.value = only)}
          >
            {only ? 'Problems' : 'All'}
          </button>
        ))}
      </div>
      <a class="link" href="/api/timeline?format=export" download="timeline.json">
        Export
      </a>
    </>
  );
}

/** What happens between customers, Twilio, the functions, and the app. */
export function Timeline() {
  const list = useRef<HTMLDivElement>(null);
  const all = traces.value;
  return (
    <>
      <OnlyConversation />
      <NewEntries list={list} traces={all} />
      <VirtualList
        items={all}
        scroller={list}
        active={all.findIndex((entries) => entries.some(({ id }) => id === highlighted.value))}
        keyOf={([first]) => first?.trace ?? ''}
        estimate={320}
        gap={10}
        attributes={{ class: 'traces' }}
        onEnd={() => void loadOlder()}
        after={all.length === 0 ? <Empty /> : hasOlder.value && <p class="empty">Loading earlier entries…</p>}
      >
        {(entries) => <Trace entries={entries} />}
      </VirtualList>
    </>
  );
}

/** Which conversation the timeline is about, and the way back to all. */
function OnlyConversation() {
  const sid = onlyConversation.value;
  if (sid === undefined) return null;
  const conversation = loaded.value.get(sid);
  return (
    <p class="only" role="status" data-testid="only-conversation">
      <span class="grow">
        Only the conversation <strong>{conversation ? titleOf(conversation) : sid}</strong>
      </span>
      <button
        type="button"
        class="button"
        data-testid="show-all"
        onClick={() => (onlyConversation.value = undefined)}
      >
        Show all
      </button>
    </p>
  );
}

function Empty() {
  if (onlyProblems.value && timeline.value.length > 0)
    return <p class="empty">No problems: every answer met its contract.</p>;
  if (onlyConversation.value !== undefined)
    return <p class="empty">The timeline has nothing about this conversation any more.</p>;
  return (
    <div class="empty big">
      <p>Nothing has happened yet.</p>
      <p>Send a message from a customer’s phone, or run a scenario:</p>
      <p class="row">
        {(snapshot.value?.scenarios ?? []).slice(0, 3).map(({ name, title }) => (
          <button key={name} type="button" class="button" onClick={() => void runScenario(name)}>
            <Icon name="play" /> {title}
          </button>
        ))}
      </p>
    </div>
  );
}
