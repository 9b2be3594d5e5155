/* SPDX-License-Identifier: Apache-2.0 */
/* netns/rtnl.c - NETLINK_ROUTE messages, by the macros of the kernel's headers
 *
 * No libmnl: Debian has it as a shared object only, and one of those would bring the dynamic loader back
 * into every container start. A socket is used by one function at a time, so what comes in answers what
 * was asked last; the sequence number proves it. */
#include "netns/rtnl.h"

#include "base/attr.h"

#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>

enum { ANSWER_MAX = 32 * 1024, DUMP_TRIES = 8 };

struct request {
	union {
		struct nlmsghdr head;
		char bytes[1024];
	};
};

/* ---- asking ---- */

static void *begin(struct request *q, uint16_t type, uint16_t flags, size_t len)
{
	static uint32_t sequence;

	memset(q, 0, sizeof(*q));
	q->head = (struct nlmsghdr){ .nlmsg_len = (uint32_t)NLMSG_LENGTH(len),
				     .nlmsg_type = type,
				     .nlmsg_flags = NLM_F_REQUEST | flags,
				     .nlmsg_seq = ++sequence };
	return NLMSG_DATA(&q->head);
}

/* Room for len more bytes, or NULL. */
static void *extend(struct request *q, size_t len)
{
	char *end = q->bytes + NLMSG_ALIGN(q->head.nlmsg_len);

	if (len > sizeof(q->bytes) - (size_t)(end - q->bytes))
		return NULL;
	q->head.nlmsg_len = (uint32_t)((size_t)(end - q->bytes) + len);
	return end;
}

static int add(struct request *q, unsigned short type, const void *data, size_t len)
{
	struct rtattr *attribute = extend(q, RTA_LENGTH(len));

	if (!attribute)
		return -EMSGSIZE;
	attribute->rta_type = type;
	attribute->rta_len = (unsigned short)RTA_LENGTH(len);
	memcpy(RTA_DATA(attribute), data, len);
	return 0;
}

static int send_request(int sock, const struct request *q)
{
	ssize_t n = send(sock, q->bytes, q->head.nlmsg_len, MSG_NOSIGNAL);

	return n < 0 ? -errno : 0;
}

/* One datagram. Return: how much of it is in the buffer; what is cut off is at the end of a message. */
static int receive(int sock, void *buffer)
{
	ssize_t n;

	do
		n = recv(sock, buffer, ANSWER_MAX, 0);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : (int)n;
}

/* The verdict of an NLMSG_ERROR or NLMSG_DONE, which both begin with one. */
static int verdict(const struct nlmsghdr *m)
{
	int r = 0;

	if (m->nlmsg_len >= NLMSG_LENGTH(sizeof(r)))
		memcpy(&r, NLMSG_DATA(m), sizeof(r));
	return r < 0 ? r : 0;
}

/* An order: its answer is a verdict. */
static int order(int sock, struct request *q)
{
	_Alignas(struct nlmsghdr) char answer[ANSWER_MAX];
	const struct nlmsghdr *m = (const void *)answer;
	int r;

	q->head.nlmsg_flags |= NLM_F_ACK;
	r = send_request(sock, q);
	if (r >= 0)
		r = receive(sock, answer);
	if (r < 0)
		return r;
	if (!NLMSG_OK(m, (unsigned)r) || m->nlmsg_seq != q->head.nlmsg_seq ||
	    m->nlmsg_type != NLMSG_ERROR)
		return -EPROTO;
	return verdict(m);
}

/* ---- sockets ---- */

int rtnl_open(int netns)
{
	CLEANUP_FD int own = -EBADF;
	int sock, r = 0;

	if (netns >= 0) {
		own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
		if (own < 0 || setns(netns, CLONE_NEWNET) < 0)
			return -errno;
	}
	sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (sock < 0)
		r = -errno;
	if (netns >= 0 && setns(own, CLONE_NEWNET) < 0)
		r = -errno;
	if (r < 0)
		attr_closep(&sock);
	return r < 0 ? r : sock;
}

/* ---- devices ---- */

int rtnl_link_index(int sock, const char *name)
{
	_Alignas(struct nlmsghdr) char answer[ANSWER_MAX];
	const struct nlmsghdr *m = (const void *)answer;
	const struct ifinfomsg *link = NLMSG_DATA(m);
	struct request q;
	int r;

	(void)begin(&q, RTM_GETLINK, 0, sizeof(*link));
	r = add(&q, IFLA_IFNAME, name, strlen(name) + 1);
	if (r >= 0)
		r = send_request(sock, &q);
	if (r >= 0)
		r = receive(sock, answer);
	if (r < 0)
		return r;
	/* A device with many virtual functions says more than fits; its index comes first. */
	if ((size_t)r < NLMSG_LENGTH(sizeof(*link)) || m->nlmsg_seq != q.head.nlmsg_seq)
		return -EPROTO;
	if (m->nlmsg_type == NLMSG_ERROR) {
		r = verdict(m);
		return r < 0 ? r : -EPROTO;
	}
	return m->nlmsg_type == RTM_NEWLINK && link->ifi_index > 0 ? link->ifi_index : -EPROTO;
}

int rtnl_link_move(int sock, int index, int netns, const char *name)
{
	struct request q;
	struct ifinfomsg *link = begin(&q, RTM_NEWLINK, 0, sizeof(*link));
	uint32_t fd = (uint32_t)netns;
	int r;

	link->ifi_index = index;
	r = add(&q, IFLA_NET_NS_FD, &fd, sizeof(fd));
	if (r >= 0)
		r = add(&q, IFLA_IFNAME, name, strlen(name) + 1);
	return r < 0 ? r : order(sock, &q);
}

int rtnl_link_up(int sock, int index)
{
	struct request q;
	struct ifinfomsg *link = begin(&q, RTM_NEWLINK, 0, sizeof(*link));

	link->ifi_index = index;
	link->ifi_flags = link->ifi_change = IFF_UP;
	return order(sock, &q);
}

/* ---- addresses ---- */

/* What an address is; its label names the device, its times and its flags are added apart. */
static const unsigned short kept_attributes[] = { IFA_ADDRESS, IFA_LOCAL, IFA_BROADCAST,
						  IFA_RT_PRIORITY };

static bool is_kept(unsigned short type)
{
	for (size_t i = 0; i < ARRAY_SIZE(kept_attributes); i++)
		if (kept_attributes[i] == type)
			return true;
	return false;
}

static void decode_address(struct arena *a, const struct nlmsghdr *m, struct rtnl_address *ret)
{
	const struct ifaddrmsg *head = NLMSG_DATA(m);
	unsigned len = (unsigned)IFA_PAYLOAD(m);
	char *kept = arena_alloc(a, len + 1);

	*ret = (struct rtnl_address){ .family = head->ifa_family,
				      .prefix_len = head->ifa_prefixlen,
				      .scope = head->ifa_scope,
				      .flags = head->ifa_flags,
				      .attributes = kept };
	for (const struct rtattr *t = IFA_RTA(head); RTA_OK(t, len); t = RTA_NEXT(t, len)) {
		if (t->rta_type == IFA_FLAGS && RTA_PAYLOAD(t) >= sizeof(ret->flags))
			memcpy(&ret->flags, RTA_DATA(t), sizeof(ret->flags));
		if (!is_kept(t->rta_type))
			continue;
		memcpy(kept + ret->attributes_len, t, t->rta_len);
		ret->attributes_len += RTA_ALIGN(t->rta_len);
	}
}

struct dump {
	struct arena *a;
	int index;
	struct rtnl_address *list;
	size_t n;
	bool changed; /* under the kernel's hands */
};

static void take_address(struct dump *d, const struct nlmsghdr *m)
{
	const struct ifaddrmsg *head = NLMSG_DATA(m);
	struct rtnl_address *longer;

	if (m->nlmsg_len < NLMSG_LENGTH(sizeof(*head)) || head->ifa_index != (unsigned)d->index)
		return;
	longer = arena_array(d->a, d->n + 1, sizeof(*longer));
	if (d->n)
		memcpy(longer, d->list, d->n * sizeof(*longer));
	decode_address(d->a, m, &longer[d->n++]);
	d->list = longer;
}

/* One datagram of a dump. Return: 1 it was the last, 0 more follow. */
static int take_answer(struct dump *d, const void *answer, unsigned len, uint32_t sequence)
{
	for (const struct nlmsghdr *m = answer; NLMSG_OK(m, len); m = NLMSG_NEXT(m, len)) {
		if (m->nlmsg_seq != sequence)
			return -EPROTO;
		d->changed = d->changed || m->nlmsg_flags & NLM_F_DUMP_INTR;
		if (m->nlmsg_type == NLMSG_DONE || m->nlmsg_type == NLMSG_ERROR) {
			int r = verdict(m);

			return r < 0 ? r : 1;
		}
		if (m->nlmsg_type == RTM_NEWADDR)
			take_address(d, m);
	}
	return 0;
}

static int dump(int sock, struct dump *d)
{
	_Alignas(struct nlmsghdr) char answer[ANSWER_MAX];
	struct request q;
	int r;

	(void)begin(&q, RTM_GETADDR, NLM_F_DUMP, sizeof(struct ifaddrmsg));
	r = send_request(sock, &q);
	while (r == 0) {
		r = receive(sock, answer);
		if (r >= 0)
			r = take_answer(d, answer, (unsigned)r, q.head.nlmsg_seq);
	}
	return r < 0 ? r : 0;
}

int rtnl_addresses(struct arena *a, int sock, int index, struct rtnl_address **ret, size_t *ret_n)
{
	for (int i = 0; i < DUMP_TRIES; i++) {
		struct dump d = { .a = a, .index = index };
		int r = dump(sock, &d);

		if (r < 0)
			return r;
		if (d.changed)
			continue;
		*ret = d.list;
		*ret_n = d.n;
		return 0;
	}
	return -EAGAIN;
}

int rtnl_address_add(int sock, int index, const struct rtnl_address *address)
{
	const uint32_t lasting = IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR |
				 IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN;
	uint32_t flags = address->flags & lasting;
	struct request q;
	struct ifaddrmsg *head = begin(&q, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof(*head));
	void *attributes;
	int r;

	head->ifa_family = address->family;
	head->ifa_prefixlen = address->prefix_len;
	head->ifa_scope = address->scope;
	head->ifa_index = (unsigned)index;
	r = add(&q, IFA_FLAGS, &flags, sizeof(flags));
	if (r < 0)
		return r;
	attributes = extend(&q, address->attributes_len);
	if (!attributes)
		return -EMSGSIZE;
	memcpy(attributes, address->attributes, address->attributes_len);
	return order(sock, &q);
}
