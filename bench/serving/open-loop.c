/*
 * Open-loop load: requests arrive at a constant rate, however slowly they are answered, and a request's latency counts from
 * the moment at which it was to be sent. So a server that stalls is charged for all who came meanwhile, which a client that
 * waits for each answer does not see ("coordinated omission", Tene 2013). In C, for it shares the processors with the server
 * that it measures: a generator in JavaScript took more of them than the server did.
 *
 * Processors of a virtual machine are taken away at times, and what then waits is neither the server's nor the generator's.
 * So latencies are given a second time for undisturbed windows: those in which, and before which, the count of stolen time
 * in /proc/stat stood still. And "timer" tells how late a process is that does nothing but wake up at that rate.
 *
 * usage: open-loop HOST PORT PATH TYPE BODY-FILE CONNECTIONS RATE WARMUP-SECONDS SECONDS PATIENCE-MS
 *        open-loop timer RATE SECONDS
 * The body comes from standard input where its file is "-". Prints one JSON document at the end; SIGTERM ends it early.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_BYTES = 16384, CHUNK_BYTES = 1 << 18, MOST_STATUS = 600, EVENTS = 256 };
/* How long answers are waited for after the last arrival, and before a connection is tried again. Milliseconds. */
static const double GRACE_MS = 10000, RECONNECT_MS = 20;
/* Milliseconds; the kernel counts stolen time in tens of them. */
static const double WINDOW_MS = 100;

enum state { WAITING, CONNECTING, IDLE, SENDING, READING };

struct connection {
  int fd;
  enum state state;
  int is_queued;
  double retry_at, intended, sent_at;
  long index;
  size_t sent, have;
  long left; /* bytes of the answer's body that are to come; -1 while its head is not whole */
  int status, is_last;
  char head[HEAD_BYTES + 1];
};

/* Microseconds, one a sample. */
struct samples {
  uint32_t *values;
  size_t count, room;
};

static struct samples from_arrival, from_send, rejection, lateness, in_window, undisturbed;
static long windows, undisturbed_windows;
static long ok, rejected, failed, unsent, statuses[MOST_STATUS];
static struct sockaddr_in address;
static char *request;
static size_t request_bytes;
static struct connection *all;
static int connections, poll_fd, timer_fd;
static int *queue, queue_first, queue_count;
static double begin, gap_ms, warmup_ms, patience_ms;
static long next_arrival, total, out;
static volatile sig_atomic_t is_told_to_end;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static double now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static void record_us(struct samples *into, uint32_t us) {
  if (into->count == into->room) {
    into->room = into->room == 0 ? 65536 : 2 * into->room;
    into->values = realloc(into->values, into->room * sizeof *into->values);
    if (into->values == NULL) die("memory");
  }
  into->values[into->count++] = us;
}

static void record(struct samples *into, double ms) {
  double us = ms * 1000;
  record_us(into, us < 1 ? 1 : us > 4e9 ? 4000000000u : (uint32_t)(us + 0.5));
}

/* Time in which the hypervisor ran something else though a processor had work, in the kernel's ticks; 0 where it says none. */
static long stolen_ticks(void) {
  static int file = -1;
  if (file < 0) file = open("/proc/stat", O_RDONLY | O_CLOEXEC);
  char line[256] = "";
  long stolen = 0;
  if (pread(file, line, sizeof line - 1, 0) > 0)
    sscanf(line, "cpu %*d %*d %*d %*d %*d %*d %*d %ld", &stolen);
  return stolen;
}

/* Ends the window whose answers were gathered, once its time is over. */
static void end_window(double now) {
  static double ends = 0;
  static long stolen_before = -1;
  static int was_undisturbed = 0;
  if (now < ends) return;
  ends = now + WINDOW_MS;
  long stolen = stolen_ticks();
  int is_undisturbed = stolen == stolen_before;
  if (in_window.count > 0) {
    windows++;
    if (is_undisturbed && was_undisturbed) {
      undisturbed_windows++;
      for (size_t i = 0; i < in_window.count; i++) record_us(&undisturbed, in_window.values[i]);
    }
    in_window.count = 0;
  }
  stolen_before = stolen;
  was_undisturbed = is_undisturbed;
}

/* The first seconds warm up and do not count. */
static int is_measured(long index) { return index * gap_ms >= warmup_ms; }

static void watch(struct connection *c, uint32_t events, int how) {
  struct epoll_event event = {.events = events, .data.ptr = c};
  if (epoll_ctl(poll_fd, how, c->fd, &event) != 0) die("epoll_ctl");
}

static void become_idle(struct connection *c) {
  c->state = IDLE;
  if (c->is_queued) return;
  c->is_queued = 1;
  queue[(queue_first + queue_count++) % connections] = (int)(c - all);
}

/* The one that was idle longest: servers close those that say nothing for long. */
static struct connection *take_idle(void) {
  while (queue_count > 0) {
    struct connection *c = &all[queue[queue_first]];
    queue_first = (queue_first + 1) % connections;
    queue_count--;
    c->is_queued = 0;
    if (c->state == IDLE) return c;
  }
  return NULL;
}

static void connect_again(struct connection *c) {
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (c->fd < 0) die("socket");
  int on = 1;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  c->state = CONNECTING;
  if (connect(c->fd, (struct sockaddr *)&address, sizeof address) != 0 && errno != EINPROGRESS) {
    close(c->fd);
    c->state = WAITING;
    c->retry_at = now_ms() + RECONNECT_MS;
    return;
  }
  watch(c, EPOLLIN | EPOLLOUT, EPOLL_CTL_ADD);
}

/* An answer's end; status 0 where the connection broke before it was whole. */
static void answered(struct connection *c, int status) {
  out--;
  if (!is_measured(c->index)) return;
  double now = now_ms();
  if (status >= 0 && status < MOST_STATUS) statuses[status]++;
  if (status == 429 || status == 503) {
    rejected++;
    record(&rejection, now - c->sent_at);
  } else if (status == 200) {
    ok++;
    record(&from_arrival, now - c->intended);
    record(&in_window, now - c->intended);
    record(&from_send, now - c->sent_at);
  } else {
    failed++;
  }
}

static void lost(struct connection *c) {
  enum state before = c->state;
  close(c->fd);
  if (before == SENDING || before == READING) answered(c, 0);
  c->state = WAITING;
  c->retry_at = before == CONNECTING ? now_ms() + RECONNECT_MS : 0;
}

static void send_rest(struct connection *c) {
  while (c->sent < request_bytes) {
    ssize_t sent = send(c->fd, request + c->sent, request_bytes - c->sent, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EAGAIN) {
        if (c->state != SENDING) watch(c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
        c->state = SENDING;
        return;
      }
      c->state = READING;
      lost(c);
      return;
    }
    c->sent += (size_t)sent;
  }
  if (c->state == SENDING) watch(c, EPOLLIN, EPOLL_CTL_MOD);
  c->state = READING;
}

static void send_due(void) {
  for (;;) {
    double now = now_ms();
    if (next_arrival >= total || begin + next_arrival * gap_ms > now) return;
    double intended = begin + next_arrival * gap_ms;
    if (now - intended > patience_ms) {
      if (is_measured(next_arrival)) unsent++;
      next_arrival++;
      continue;
    }
    struct connection *c = take_idle();
    if (c == NULL) return;
    if (is_measured(next_arrival)) record(&lateness, now - intended);
    c->index = next_arrival++;
    c->intended = intended;
    c->sent_at = now;
    c->sent = c->have = 0;
    c->left = -1;
    out++;
    send_rest(c);
  }
}

static void read_head(struct connection *c) {
  c->head[c->have] = 0;
  char *end = strstr(c->head, "\r\n\r\n");
  if (end == NULL) {
    if (c->have == HEAD_BYTES) die("an answer with too long a head");
    return;
  }
  size_t head_bytes = (size_t)(end - c->head) + 4;
  *end = 0;
  c->status = atoi(c->head + 9);
  c->is_last = strcasestr(c->head, "\r\nconnection: close") != NULL;
  char *length = strcasestr(c->head, "\r\ncontent-length:");
  if (length == NULL) {
    fprintf(stderr, "an answer without Content-Length: %s\n", c->head);
    exit(1);
  }
  c->left = atol(length + 17) - (long)(c->have - head_bytes);
  /* What comes behind the answer is a farewell. */
  if (c->left < 0) {
    c->is_last = 1;
    c->left = 0;
  }
}

static void read_some(struct connection *c) {
  static char body[CHUNK_BYTES];
  for (;;) {
    int is_head = c->state == READING && c->left < 0;
    ssize_t got = is_head ? recv(c->fd, c->head + c->have, HEAD_BYTES - c->have, 0) : recv(c->fd, body, sizeof body, 0);
    if (got < 0 && errno == EAGAIN) return;
    /* What comes unasked is one (408), too. */
    if (got <= 0 || c->state != READING) {
      lost(c);
      return;
    }
    if (is_head) {
      c->have += (size_t)got;
      read_head(c);
      if (c->left < 0) continue;
    } else {
      c->left -= got;
    }
    if (c->left > 0) continue;
    answered(c, c->status);
    c->state = IDLE;
    if (c->is_last) lost(c);
    else become_idle(c);
    return;
  }
}

static void opened(struct connection *c) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) {
    lost(c);
    return;
  }
  watch(c, EPOLLIN, EPOLL_CTL_MOD);
  become_idle(c);
}

static void handle(struct connection *c, uint32_t events) {
  if (c->state == CONNECTING) opened(c);
  else if (c->state == SENDING && (events & EPOLLOUT)) send_rest(c);
  else if (c->state != WAITING) read_some(c);
}

static void reconnect_due(void) {
  for (int i = 0; i < connections; i++)
    if (all[i].state == WAITING && all[i].retry_at <= now_ms()) connect_again(&all[i]);
}

/* Sleeps until something happens, or is due. */
static void wait_for(double due) {
  double wait = fmax(due - now_ms(), 0.001);
  struct itimerspec timer = {.it_value = {(time_t)(wait / 1e3), (long)(fmod(wait, 1e3) * 1e6) + 1}};
  timerfd_settime(timer_fd, 0, &timer, NULL);
  struct epoll_event events[EVENTS];
  int count = epoll_wait(poll_fd, events, EVENTS, -1);
  for (int i = 0; i < count; i++) {
    uint64_t ticks;
    if (events[i].data.ptr != NULL) handle(events[i].data.ptr, events[i].events);
    else if (read(timer_fd, &ticks, sizeof ticks) < 0 && errno != EAGAIN) die("timerfd");
  }
}

static int ascending(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

static void print_summary(const char *name, struct samples *of) {
  static const struct { const char *name; double share; } QUANTILES[] = {
      {"p50", 0.5}, {"p99", 0.99}, {"p999", 0.999}, {"max", 1}};
  qsort(of->values, of->count, sizeof *of->values, ascending);
  printf(",\"%s\":{", name);
  for (int q = 0; q < 4; q++) {
    printf("%s\"%s\":", q == 0 ? "" : ",", QUANTILES[q].name);
    if (of->count == 0) printf("null");
    else printf("%.3f", of->values[(size_t)fmax(ceil(QUANTILES[q].share * of->count) - 1, 0)] / 1e3);
  }
  printf("}");
}

static void print_undisturbed(void) {
  printf(",\"undisturbedShare\":%.4f", windows == 0 ? 0 : (double)undisturbed_windows / windows);
  print_summary("undisturbedMs", &undisturbed);
}

static double cpu_ms(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
}

/* The whole of a file, or of standard input ("-"). */
static char *read_body(const char *file, size_t *bytes) {
  FILE *input = strcmp(file, "-") == 0 ? stdin : fopen(file, "rb");
  if (input == NULL) die(file);
  size_t room = CHUNK_BYTES;
  char *body = malloc(room);
  *bytes = 0;
  while (body != NULL) {
    *bytes += fread(body + *bytes, 1, room - *bytes, input);
    if (*bytes < room) return body;
    room *= 2;
    body = realloc(body, room);
  }
  die("memory");
  return NULL;
}

static void make_request(const char *host, const char *port, const char *path, const char *type, const char *file) {
  size_t body_bytes;
  char *body = read_body(file, &body_bytes);
  size_t room = body_bytes + strlen(host) + strlen(path) + strlen(type) + 256;
  request = malloc(room);
  if (request == NULL) die("memory");
  request_bytes = (size_t)snprintf(request, room,
                                   "POST %s HTTP/1.1\r\nHost: %s:%s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
                                   path, host, port, type, body_bytes);
  memcpy(request + request_bytes, body, body_bytes);
  request_bytes += body_bytes;
  free(body);
}

static void end_early(int signal) {
  (void)signal;
  is_told_to_end = 1;
}

static void make_timer(void) {
  poll_fd = epoll_create1(EPOLL_CLOEXEC);
  timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  struct epoll_event timer = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(poll_fd, EPOLL_CTL_ADD, timer_fd, &timer);
}

static int time_the_timer(double rate, double seconds) {
  make_timer();
  long wakes = (long)ceil(rate * seconds);
  double start = now_ms();
  for (long wake = 0; wake < wakes && !is_told_to_end; wake++) {
    double due = start + wake * 1000 / rate;
    /* One that is overdue already is as late as its predecessor was. */
    while (now_ms() < due) wait_for(due);
    double now = now_ms();
    record(&lateness, now - due);
    record(&in_window, now - due);
    end_window(now);
  }
  printf("{\"seconds\":%.6f", seconds);
  print_undisturbed();
  print_summary("latenessMs", &lateness);
  printf("}\n");
  return 0;
}

int main(int argc, char **argv) {
  signal(SIGTERM, end_early);
  if (argc == 4 && strcmp(argv[1], "timer") == 0) return time_the_timer(atof(argv[2]), atof(argv[3]));
  if (argc != 11) {
    fprintf(stderr, "usage: open-loop HOST PORT PATH TYPE BODY-FILE CONNECTIONS RATE WARMUP-S SECONDS PATIENCE-MS\n"
                    "       open-loop timer RATE SECONDS\n");
    return 2;
  }
  make_request(argv[1], argv[2], argv[3], argv[4], argv[5]);
  connections = atoi(argv[6]);
  double rate = atof(argv[7]);
  gap_ms = 1000 / rate;
  warmup_ms = atof(argv[8]) * 1000;
  patience_ms = atof(argv[10]);
  total = (long)ceil(rate * (atof(argv[8]) + atof(argv[9])));
  address.sin_family = AF_INET;
  address.sin_port = htons((uint16_t)atoi(argv[2]));
  if (inet_pton(AF_INET, argv[1], &address.sin_addr) != 1) die("the host is no IPv4 address");

  make_timer();
  all = calloc((size_t)connections, sizeof *all);
  queue = calloc((size_t)connections, sizeof *queue);
  if (all == NULL || queue == NULL) die("memory");
  while (queue_count < connections) {
    reconnect_due();
    wait_for(now_ms() + RECONNECT_MS);
  }

  double cpu_at_start = 0, measured_from = 0;
  for (begin = now_ms();;) {
    if (is_told_to_end && total > next_arrival) total = next_arrival > 0 ? next_arrival : 1;
    reconnect_due();
    send_due();
    double now = now_ms(), end = begin + total * gap_ms + GRACE_MS;
    end_window(now);
    if (measured_from == 0 && is_measured(next_arrival)) {
      measured_from = now;
      cpu_at_start = cpu_ms();
    }
    if (next_arrival >= total && (out == 0 || now > end)) break;
    double arrival = begin + next_arrival * gap_ms;
    double due = next_arrival >= total ? end : queue_count > 0 ? arrival : arrival + patience_ms;
    /* A connection that broke is opened again in time. */
    wait_for(fmin(due, now + RECONNECT_MS));
  }

  double took_ms = now_ms() - measured_from;
  printf("{\"seconds\":%.6f,\"ok\":%ld,\"rejected\":%ld,", fmax(0, total / rate - warmup_ms / 1000), ok, rejected);
  /* Answers that never came belong to what failed. */
  printf("\"failed\":%ld,\"unsent\":%ld,\"statuses\":{", failed + out, unsent);
  int is_first = 1;
  for (int status = 0; status < MOST_STATUS; status++) {
    if (statuses[status] == 0) continue;
    printf("%s\"%d\":%ld", is_first ? "" : ",", status, statuses[status]);
    is_first = 0;
  }
  printf("},\"cpuShare\":%.4f", measured_from == 0 ? 0 : (cpu_ms() - cpu_at_start) / took_ms);
  print_undisturbed();
  print_summary("latencyMs", &from_arrival);
  print_summary("fromSendMs", &from_send);
  print_summary("rejectionMs", &rejection);
  print_summary("latenessMs", &lateness);
  printf("}\n");
  return 0;
}
