import type * as v from 'valibot';
import { defineCustomer, defineCustomers } from './customers';
import { defineRouting } from './routing';
import { exact, lenient, type Shapes } from './shapes';
import { defineTemplates } from './templates';

function defineSources(shapes: Shapes) {
  return {
    customers: defineCustomers(shapes),
    routing: defineRouting(shapes),
    templates: defineTemplates(shapes),
  };
}

/** The files of `assets/` as people write them. */
export const sources = defineSources(exact);

/** The same files, but only their valid parts. */
export const lenientSources = defineSources(lenient);

/** One customer. */
export const customerSource = defineCustomer(exact);

/** The same, but only its valid parts. */
export const lenientCustomerSource = defineCustomer(lenient);

export type CustomerSource = v.InferOutput<typeof customerSource>;
export type RoutingSource = v.InferOutput<typeof sources.routing>;
export type TemplatesSource = v.InferOutput<typeof sources.templates>;
