export { checkBackup, type CheckedBackup } from './check.ts';
export { findExisting, lossOf, type Existing } from './existing.ts';
export { BackupFault, type BackupHeader } from './format.ts';
export { restoreBackup, type RestoreOptions, type Restored } from './restore.ts';
export { lookAnswer, lookAt } from './serve.ts';
export { openCopySession } from './session.ts';
export { takeBackup, type BackupOptions } from './take.ts';
