import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/**
 * Product images kept in a folder. Vendure's core refuses uploads unless it is given a storage;
 * its asset plugin needs native image libraries, and a connector only wants a URL that answers.
 */
export class FolderAssetStorage {
  #folder;

  constructor(folder) {
    this.#folder = folder;
  }

  toAbsoluteUrl(request, identifier) {
    return `${request.protocol}://${request.get('host')}/assets/${identifier}`;
  }

  async writeFileFromBuffer(fileName, data) {
    await mkdir(this.#folder, { recursive: true });
    await writeFile(this.#path(fileName), data);
    return basename(fileName);
  }

  async writeFileFromStream(fileName, data) {
    await mkdir(this.#folder, { recursive: true });
    await pipeline(data, createWriteStream(this.#path(fileName)));
    return basename(fileName);
  }

  readFileToBuffer(identifier) {
    return readFile(this.#path(identifier));
  }

  async readFileToStream(identifier) {
    return createReadStream(this.#path(identifier));
  }

  deleteFile(identifier) {
    return unlink(this.#path(identifier));
  }

  fileExists(identifier) {
    return access(this.#path(identifier)).then(() => true, () => false);
  }

  #path(identifier) {
    return join(this.#folder, basename(identifier));
  }
}

/** The preview is the image itself: scaling it would need a native library. */
export class CopyPreviewStrategy {
  async generatePreviewImage(_context, _mimeType, data) {
    return data;
  }
}

export function serveAssets(folder) {
  return (request, response) => {
    response.sendFile(basename(request.path), { root: folder }, (error) => {
      if (error && !response.headersSent) response.sendStatus(404);
    });
  };
}
