import type { RunnableScenario } from './context';
import { failureScenarios } from './failures';
import { flexFailureScenarios } from './flex-failures';
import { inboundScenarios } from './inbound';
import { outboundScenarios } from './outbound';
import { requestFaultScenarios } from './request-faults';
import { webhookFaultScenarios } from './webhook-faults';

/** Every scenario, in the order in which the console shows them. */
export const scenarios: RunnableScenario[] = [
  ...inboundScenarios,
  ...outboundScenarios,
  ...flexFailureScenarios,
  ...failureScenarios,
  ...requestFaultScenarios,
  ...webhookFaultScenarios,
];
