import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { fold } from '../../../lib/text';
import type { DataFile } from '../../api-lists';
import { ask } from '../state/control-api';
import { epoch } from '../state/state';
import { Table } from './table';

/** Every value of a file: where, what, and on which line. */
export function FileTable({ name }: { name: 'routing' | 'templates' }) {
  const found = useSignal<DataFile | undefined>(undefined);
  const query = useSignal('');
  useEffect(() => {
    void ask<DataFile>(`/api/data/${name}`).then((answer) => (found.value = answer));
  }, [name, epoch.value]);
  const words = fold(query.value).split(' ');
  const { file = '', rows = [] } = found.value ?? {};
  const matching = rows.filter(({ path, value }) => {
    const text = fold(`${path} ${value}`);
    return words.every((word) => text.includes(word));
  });
  return (
    <Table
      label={file || name}
      search="Field or value"
      query={query.value}
      onSearch={(text) => (query.value = text)}
      columns={['Field', 'Value', 'Place']}
      widths="minmax(0, 1.4fr) minmax(0, 1fr) 172px"
      items={matching}
      keyOf={({ path }) => path}
    >
      {({ path, value, line }) => [
        <code key="path">{path}</code>,
        value,
        <Place key="place" file={file} line={line} />,
      ]}
    </Table>
  );
}

/** Where a value stands. */
export function Place({ file, line }: { file: string; line: number }) {
  return (
    <code class="place" title={`${file}:${line}`}>
      {file.replace('assets/', '')}
      <wbr />:{line}
    </code>
  );
}
