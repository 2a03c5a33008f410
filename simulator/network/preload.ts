import { join } from 'node:path';

/**
 * What a process needs that only reaches the hosts that a proxy lets through: a file that it loads before anything
 * else, and the variable where that file finds the proxy.
 */
export const networkPreload = join(__dirname, 'confine-network.cjs');
export const networkVariable = 'LOCAL_TWILIO_PROXY';

/** A proxy of the developer's own network must not come in between: nothing that uses it would be told apart. */
export const withoutProxy = { HTTP_PROXY: '', HTTPS_PROXY: '', http_proxy: '', https_proxy: '' };
