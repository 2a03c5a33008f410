import type { DataProblem } from '../../api';

/** What the last build found in the data: errors and warnings, each with its place and what to do. */
export function Problems({ problems }: { problems: DataProblem[] }) {
  if (problems.length === 0) return <p class="empty">No problems: the last build found nothing.</p>;
  return (
    <ol class="problem-list">
      {problems.map(({ severity, file, line, path, problem, fix, customer }, index) => (
        <li key={index} data-testid="data-problem" data-severity={severity}>
          <p>
            <b class={severity === 'error' ? 'pill failed' : 'pill warning'}>{severity}</b>{' '}
            {customer && <strong>{customer}: </strong>}
            {problem}
          </p>
          <p>→ {fix}</p>
          <small>
            <code>
              {file}
              {line !== undefined && `:${line}`}
            </code>{' '}
            {path}
          </small>
        </li>
      ))}
    </ol>
  );
}
