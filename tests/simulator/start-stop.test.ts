import { canConnect } from '../../simulator/functions-process';
import { isRunning, processesOf } from '../support/started';
import { startLocal } from './local';

it('leaves no port and no process behind when the local Twilio is started and stopped 20 times', async () => {
  const before = processesOf(process.pid).length;
  for (let i = 0; i < 20; i++) {
    const one = await startLocal();
    const children = processesOf(process.pid);
    expect(children.length).toBeGreaterThan(before);
    await one.stop();
    for (const url of [one.functions, one.console])
      expect(await canConnect(Number(new URL(url).port))).toBe(false);
    expect(processesOf(process.pid).filter(isRunning)).toHaveLength(before);
  }
}, 120_000);
