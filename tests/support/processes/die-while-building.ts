import { type FileSystem, nodeFileSystem, writeDist } from '../../../build/write-dist';

/** Writes `dist/` and kills itself at the n-th call of the file system, as nothing else would let it end. */
const [root = '', step = '', json = '{}'] = process.argv.slice(2);
let calls = 0;
const deadly = new Proxy(nodeFileSystem, {
  get(target, name: keyof FileSystem) {
    return (...args: never[]) => {
      calls += 1;
      if (calls === Number(step)) process.kill(process.pid, 'SIGKILL');
      return (target[name] as (...args: never[]) => unknown)(...args);
    };
  },
});
void writeDist(root, new Map(Object.entries(JSON.parse(json) as Record<string, string>)), deadly);
