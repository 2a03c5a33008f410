import { useSignal } from '@preact/signals';
import { Tabs } from '../controls/tabs';
import { snapshot } from '../state/state';
import { CustomerTable } from './customer-table';
import { FileTable } from './file-table';
import { Problems } from './problems';

/** The data that is in use, read-only, with where each value stands. */
export function Data() {
  const chosen = useSignal<'customers' | 'routing' | 'templates' | 'problems'>('customers');
  const problems = snapshot.value?.build.problems ?? [];
  const names = {
    customers: `Customers ${snapshot.value?.data.customers.toLocaleString('en') ?? ''}`,
    routing: 'Routing',
    templates: 'Templates',
    problems: `Problems ${problems.length}`,
  };
  return (
    <div class="pane-box">
      <Tabs
        label="Data"
        panel="data-panel"
        class="tabs"
        chosen={chosen.value}
        onChoose={(next) => (chosen.value = next)}
        tabs={(Object.keys(names) as (keyof typeof names)[]).map((one) => ({
          value: one,
          testId: `data-${one}`,
          content: names[one],
        }))}
      />
      <div class="center-panel" id="data-panel" role="tabpanel" aria-label={names[chosen.value]}>
        {chosen.value === 'customers' ? (
          <CustomerTable />
        ) : chosen.value === 'problems' ? (
          <Problems problems={problems} />
        ) : (
          <FileTable key={chosen.value} name={chosen.value} />
        )}
      </div>
    </div>
  );
}
