/** `node:crypto`, loaded where it is first needed: to load it takes milliseconds and megabytes, and many a service never does. */
export const nodeCrypto = () => process.getBuiltinModule('node:crypto');
