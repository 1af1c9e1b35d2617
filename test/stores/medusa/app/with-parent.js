// The store ends when the process that started it ends, however that dies.
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
