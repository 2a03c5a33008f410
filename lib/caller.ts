/** The verified caller of an endpoint. */
export type Caller =
  | {
      kind: 'agent';
      /** The TaskRouter worker, `WK…`. */
      workerSid: string;
      /** The identity in conversations, e.g. `alice_40example_2Ecom`. */
      identity: string;
      /** The user's name, e.g. `alice@example.com`. */
      name: string;
    }
  | { kind: 'server' };
