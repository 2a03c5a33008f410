import { useRef } from 'preact/hooks';
import { Icon } from '../controls/icon';
import { runScenario } from '../state/run-scenario';
import { onlyProblems, snapshot, timeline, traces } from '../state/state';
import { NewEntries } from './new-entries';
import { Trace } from './trace';

/** What happens between customers, Twilio, the functions, and the app. */
export function Timeline() {
  const list = useRef<HTMLDivElement>(null);
  return (
    <section class="timeline" aria-label="Timeline">
      <header class="side-head">
        <h2>Timeline</h2>
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
      </header>
      <NewEntries list={list} traces={traces.value} />
      <div ref={list} class="traces">
        {traces.value.length === 0 && <Empty />}
        {traces.value.slice(0, 100).map((entries) => (
          <Trace key={entries[0]?.trace} entries={entries} />
        ))}
        {traces.value.length > 100 && (
          <p class="empty">
            {traces.value.length - 100} earlier ones are not shown; export the timeline to see them.
          </p>
        )}
      </div>
    </section>
  );
}

function Empty() {
  if (onlyProblems.value && timeline.value.length > 0)
    return <p class="empty">No problems: every answer met its contract.</p>;
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
