/** What goes on with an unnamed portal: describe it, run it to its end, and end the packet. */
const DESCRIBE = Buffer.from([0x44, 0, 0, 0, 6, 0x50, 0]);
const EXECUTE = Buffer.from([0x45, 0, 0, 0, 9, 0, 0, 0, 0, 0]);
const SYNC = Buffer.from([0x53, 0, 0, 0, 4]);

const FIRST_SIZE = 64 * 1024;
/** A body of several megabytes is not kept for the next small one. */
const MAX_KEPT = 1024 * 1024;
/** Characters; to count the bytes of a longer text costs less than the room it would be given without. */
const MAX_GUESSED = 16 * 1024;

/**
 * The frontend messages of one packet (PostgreSQL's manual, "Message Formats"), in one piece: a dozen small writes cost a
 * multiple of one, even corked. `end` hands the bytes over and starts the next packet.
 */
class MessageWriter {
  private buffer = Buffer.allocUnsafe(FIRST_SIZE);
  private at = 0;

  parse(name: string, text: string): void {
    const start = this.begin(0x50);
    this.text(name);
    this.text(text);
    this.int16(0);
    this.finish(start);
  }

  /** To the unnamed portal; answers come as text. */
  bind(name: string, values: readonly (string | Buffer | null)[]): void {
    const start = this.begin(0x42);
    this.text('');
    this.text(name);
    this.int16(values.length);
    for (const value of values) this.int16(typeof value === 'object' && value !== null ? 1 : 0);
    this.int16(values.length);
    for (const value of values) this.value(value);
    this.int16(0);
    this.finish(start);
  }

  /** Forgets a prepared statement; one that is not there is no error. */
  close(name: string): void {
    const start = this.begin(0x43);
    this.buffer[this.at++] = 0x53;
    this.text(name);
    this.finish(start);
  }

  describe(): void {
    this.bytes(DESCRIBE);
  }

  execute(): void {
    this.bytes(EXECUTE);
  }

  end(): Buffer {
    this.bytes(SYNC);
    const packet = Buffer.from(this.buffer.subarray(0, this.at));
    this.at = 0;
    if (this.buffer.length > MAX_KEPT) this.buffer = Buffer.allocUnsafe(FIRST_SIZE);
    return packet;
  }

  private begin(kind: number): number {
    this.reserve(8);
    this.buffer[this.at] = kind;
    this.at += 5;
    return this.at - 4;
  }

  /** The length counts itself and not the kind. */
  private finish(start: number): void {
    this.buffer.writeInt32BE(this.at - start, start);
  }

  private value(value: string | Buffer | null): void {
    this.reserve(4);
    const start = this.at;
    this.at += 4;
    if (typeof value === 'string') this.utf8(value);
    else if (value) this.bytes(value);
    this.buffer.writeInt32BE(value === null ? -1 : this.at - start - 4, start);
  }

  private text(text: string): void {
    this.utf8(text);
    this.buffer[this.at++] = 0;
  }

  private utf8(text: string): void {
    // Three bytes for each character are always enough; a hundred thousand ids are counted, or most of the room stays empty.
    const most = text.length > MAX_GUESSED ? Buffer.byteLength(text) : text.length * 3;
    this.reserve(most + 1);
    this.at += this.buffer.write(text, this.at, 'utf8');
  }

  private bytes(bytes: Buffer): void {
    this.reserve(bytes.length);
    this.at += bytes.copy(this.buffer, this.at);
  }

  private int16(value: number): void {
    this.reserve(2);
    this.at = this.buffer.writeUInt16BE(value, this.at);
  }

  private reserve(size: number): void {
    if (this.at + size <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.at + size));
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
  }
}

/** Packets are built whole, one after the other, so one writer serves them all. */
export const messages = new MessageWriter();
