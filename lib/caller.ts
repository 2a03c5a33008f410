/** Who calls, as verified. */
export type Caller =
  | {
      kind: 'agent';
      /** TaskRouter's, `WK…`. */
      workerSid: string;
      /** In conversations, e.g. `alice_40example_2Ecom`. */
      identity: string;
      /** The user's name, e.g. `alice@example.com`. */
      name: string;
    }
  | { kind: 'server' };
