// Loaded first, it makes every millisecond a second for what measures time: what is said after a while is said at once.
const { now } = performance;
Object.defineProperty(performance, 'now', { value: () => now.call(performance) * 1000 });
