/** A schema in Twilio's OpenAPI files, which are of version 3.0. */
export interface Schema extends Record<string, unknown> {
  $ref?: string;
  type?: string;
  format?: string;
  enum?: string[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  nullable?: boolean;
  properties?: Record<string, Schema>;
  items?: Schema;
  required?: string[];
}
