/*
 * GUP-fast against fork: PINNERS threads that each pin one of PAGES pages, and one that forks. Step for step the model that
 * dev.gupfuzz.benchmarks.PinModel is. Each transition is one access to something shared, with the jump behind it; the last
 * one of a pin compares what it read. FIXED=0 is the protocol before the sequence count, FIXED=1 the one with it.
 *
 * CHECKED=0 leaves out the property, which reads what others write: without it the last step of a pin is the pinner's own, and
 * SPIN's partial-order reduction has something to work with.
 *
 * Threads end by blocking at a label, not by dying: their variables stay a part of the state, as they do in the Java model.
 */
#ifndef CHECKED
#define CHECKED 1
#endif

#define WRITABLE 1
#define READ_ONLY 2
#define BIAS 1024
#define PAGE (_pid % PAGES)

bool has_pinned;
bool ptl;
byte seq;
byte pte[PAGES] = WRITABLE;
short ref[PAGES] = 1;
bool child[PAGES];
#if CHECKED
byte good[PAGES];	/* pins of it that succeeded: follows from the pinners' variables */
#endif

active [PINNERS] proctype pinner()
{
	byte p;
	byte p2;
#if !CHECKED
	bool ok;
#endif
#if FIXED
	byte s0;
	byte s1;
#endif

	has_pinned = 1;
#if FIXED
	if
	:: d_step { (seq & 1) -> s0 = seq }; goto end
	:: d_step { !(seq & 1) -> s0 = seq }
	fi;
#endif
	if
	:: d_step { pte[PAGE] != WRITABLE -> p = pte[PAGE] }; goto end
	:: d_step { pte[PAGE] == WRITABLE -> p = pte[PAGE] }
	fi;
	ref[PAGE] = ref[PAGE] + BIAS;
	p2 = pte[PAGE];
#if FIXED
	s1 = seq;
#define UNCHANGED (p2 == p && s1 == s0)
#else
#define UNCHANGED (p2 == p)
#endif
#if CHECKED
	d_step {
		if
		:: UNCHANGED -> good[PAGE]++; assert(!child[PAGE])
		:: else
		fi
	};
#else
	ok = UNCHANGED;
#endif
end:	false
}

active proctype forker()
{
	byte page;
	byte p;
	bool pinned;
	short r;

#if FIXED
	seq++;
#endif
	do
	:: d_step { !ptl -> ptl = 1 };
		p = pte[page];
		if
		:: d_step { has_pinned -> pinned = 1 };
			if
			:: d_step { ref[page] >= BIAS -> r = ref[page] }; goto unlock
			:: d_step { ref[page] < BIAS -> r = ref[page] }
			fi
		:: d_step { !has_pinned -> pinned = 0 }
		fi;
		pte[page] = READ_ONLY;
	#if CHECKED
	d_step { child[page] = 1; assert(!good[page]) };
#else
	child[page] = 1;
#endif
unlock:		if
		:: d_step { page < PAGES - 1 -> ptl = 0; page++ }
		:: d_step { page == PAGES - 1 -> ptl = 0; page++ }; break
		fi
	od;
#if FIXED
	seq++;
#endif
end:	false
}
