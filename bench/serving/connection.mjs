import { connect } from 'node:net';

const RECONNECT_MS = 20;
const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * A keep-alive HTTP/1.1 connection that has at most one request out. It opens itself again when it breaks.
 * `onIdle(connection)` says that it can send; `onAnswer(connection, status)` comes before that, with status 0 when the
 * connection broke before the answer was whole; `onLost(connection)` that an idle one broke.
 */
export class Connection {
  /** The arrival whose request is out; null without one. */
  arrival = null;
  #socket;
  #rest;
  #isClosed = false;

  constructor(target, request, { onIdle, onAnswer, onLost }) {
    Object.assign(this, { target, request, onIdle, onAnswer, onLost });
    this.#open();
  }

  send(arrival) {
    this.arrival = arrival;
    this.#socket.write(this.request);
  }

  close() {
    this.#isClosed = true;
    this.#socket.destroy();
  }

  #open() {
    const socket = connect(this.target);
    socket.setNoDelay(true);
    this.#socket = socket;
    this.#rest = undefined;
    let isOpen = false;
    socket.on('connect', () => {
      isOpen = true;
      this.onIdle(this);
    });
    socket.on('data', (chunk) => this.#read(chunk));
    // Its 'close' follows.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#isClosed) return;
      const wasAsked = this.arrival !== null;
      if (wasAsked) this.#answered(0);
      else if (isOpen) this.onLost(this);
      setTimeout(() => this.#isClosed || this.#open(), isOpen ? 0 : RECONNECT_MS);
    });
  }

  #read(chunk) {
    // What comes unasked is a farewell (408); the end of the connection follows.
    if (this.arrival === null) {
      this.onLost(this);
      return;
    }
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    const headEnd = bytes.indexOf(HEAD_END);
    const head = headEnd === -1 ? '' : bytes.latin1Slice(0, headEnd).toLowerCase();
    const at = head.indexOf('\r\ncontent-length:');
    if (headEnd !== -1 && at === -1) throw new Error(`an answer without Content-Length: ${head}`);
    const whole = headEnd + HEAD_END.length + Number.parseInt(head.slice(at + 17), 10);
    if (headEnd === -1 || bytes.length < whole) {
      this.#rest = bytes;
      return;
    }
    this.#rest = undefined;
    const status = Number(head.slice(9, 12));
    const isLast = head.includes('\r\nconnection: close');
    this.#answered(status);
    if (isLast) this.#socket.destroy();
    else this.onIdle(this);
  }

  #answered(status) {
    this.onAnswer(this, status);
    this.arrival = null;
  }
}
