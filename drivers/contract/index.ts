export * from './driver.ts';
export * from './errors.ts';
export * from './http.ts';
export * from './hooks.ts';
export * from './tokens.ts';
export * from './memory-vault.ts';
