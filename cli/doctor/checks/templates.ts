import { type Finding, finding } from '../findings';
import { orMissing, type Subject } from '../subject';

/** Checks the Content templates that the data names, and their approval by WhatsApp. */
export async function checkTemplates({ client, templates }: Subject): Promise<Finding[]> {
  const named = new Map<string, boolean>();
  for (const { contentSid, whatsAppApproved } of templates.categories.flatMap((one) => one.templates)) {
    if (contentSid !== undefined) named.set(contentSid, named.get(contentSid) || whatsAppApproved === true);
  }
  const findings: Finding[] = [];
  for (const [sid, isMarkedApproved] of named) {
    const content = client.content.v1.contents(sid);
    const template = await orMissing(content.fetch());
    if (!template) {
      const text = `The account has no Content template ${sid}`;
      const fix =
        'correct "contentSid" in assets/templates.private.json; Console: Messaging → Content Template Builder';
      findings.push(finding('template_unknown', text, fix));
    } else if (isMarkedApproved) {
      const status = readStatus((await orMissing(content.approvalFetch().fetch()))?.whatsapp);
      if (status === 'approved') continue;
      const text = `The data marks template ${sid} (${template.friendlyName}) as approved, but WhatsApp's status is ${status}`;
      const fix =
        'wait for the approval, or remove "whatsAppApproved"; Console: Messaging → Content Template Builder';
      findings.push(finding('template_not_approved', text, fix));
    }
  }
  return findings;
}

/** The SDK types it as `any`. */
function readStatus(whatsapp: unknown): string {
  return String((Object(whatsapp) as { status?: unknown }).status ?? 'unsubmitted');
}
