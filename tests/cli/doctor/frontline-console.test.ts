import { checkFrontlineConsole } from '../../../cli/doctor/checks/frontline-console';
import type { Subject } from '../../../cli/doctor/subject';
import { useHealthyAccount } from './healthy';

const healthy = useHealthyAccount();
const elsewhere = { crm: 'https://user:secret@example.com/crm?key=1', routingMode: 'pool' };
const diagnose = async (change: (subject: Subject) => void): Promise<string[]> => {
  const subject = await healthy.current.subject();
  subject.console = { ...subject.console, ...elsewhere };
  change(subject);
  const findings = await checkFrontlineConsole(subject);
  return findings.map(({ severity, code, message }) => `${severity} ${code}: ${message}`);
};

describe('the local Frontline Console', () => {
  it('has URLs of the functions, and custom routing; else it is said, without secrets', async () => {
    expect(await diagnose(() => undefined)).toEqual([
      `error frontline_url_other: The CRM Callback URL in the Frontline Console is https://…@example.com/crm?…, not ${healthy.current.functionsUrl}/callbacks/crm`,
      'warning frontline_not_routing: The Frontline Console routes by "pool": the routing callback is not called',
    ]);
  });

  it.each<[string, (subject: Subject) => void]>([
    [
      'in the cloud, where it has no API',
      (subject) => {
        subject.console = null;
      },
    ],
    [
      'where the data routes without Frontline',
      (subject) => {
        subject.routing.routing.on = 'onConversationAdded';
      },
    ],
  ])('is not checked %s', async (_title, change) => {
    expect(await diagnose(change)).toEqual([]);
  });
});
