# SPDX-License-Identifier: GPL-2.0-only
#
#   make            build build/reclaimscope
#   make demo       install what is missing, build, and show what reclaim does on a real kernel
#   make test       install what is missing, build, and run every test
#   make bench      measure what capture costs beside other tracers, in a guest; QUICK=1: in short
#   make install    into $(DESTDIR)$(PREFIX), with the manual
#   V=1 shows commands, SAN=1 builds into build/san with ASan and UBSan

OUT     := build
CC      ?= gcc
CLANG   ?= clang-14
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)
STRIP   ?= llvm-strip-14
CFLAGS  ?= -O2 -g

# ---- What exists. To add a file, add its name here; nothing else to edit. ----

BASE   := log json readfile
KERNEL := btf kallsyms kdiff kernel zoneinfo tiers cgroup pressure setting
TRACE  := schema codec output writer reader show tasks
PROBE  := hooks permit ring choose sections capture counts gauge describe mentions process record
REPORT := latency text larger working_set refault refault_show generations generations_show report report_summary report_text report_json
MODEL  := why watermark alloc_flags kswapd compaction direct_reclaim throttle node_reclaim slowpath oom memcg_charge
MODEL  += scan_balance shrink_lruvec protection shrink_node isolate lru_cost workingset shrinker shrink_list shrink_folio_list
MODEL  += lru_gen lru_gen_folio
SIM    := sim sched lru_queue page folio shrink_lists lru_gen lru_gen_evict reclaim kswapd alloc oom swap touch device writeback memcg slab pool sample
EPISODE := episode
DIFF   := diff diff_text diff_json explain explain_text explain_json check_watermark
DIFF   += check_lruvec check_cost check_memcg check_slab check_scan check_workingset
DIFF   += check_pgdat_balanced check_kswapd check_balance check_direct check_marks check_throttle check_retry check_compaction check_oom check_folio
APPLY  := journal owner trial
TUNE   := forecast forecast_rate forecast_score forecast_show adaptivemm evidence recommend tried recommend_show
TUNE   += workload bursts disks measured stallers steps sums play calibrate settings whatif whatif_show simulate
DIFF   += check_lru_gen check_lru_gen_loop check_lru_gen_size check_memcg_lru explain_lru_gen check_lru_gen_folio changed_folio check_lru_gen_seq
TOOLS  := reclaimscope tool check record report script diff explain whatif forecast recommend
UNIT   := json codec output recording ring report btf kallsyms zoneinfo tiers cgroup pressure permit tool
UNIT   += scan_balance shrink_lruvec protection shrink_node isolate lru_cost workingset shrinker shrink_list shrink_folio_list
UNIT   += kdiff why watermark alloc_flags kswapd compaction direct_reclaim throttle node_reclaim slowpath oom memcg_charge
UNIT   += diff_lru diff_alloc diff_kswapd diff_races diff_folio diff_workingset diff_memcg diff_oom crosscheck
UNIT   += lru_gen lru_gen_folio diff_lru_gen diff_lru_gen_folio
UNIT   += forecast forecast_score evidence recommend
UNIT   += sim sim_properties sim_queue sim_tasks sim_touch settings workload whatif bursts stallers steps

LIB := $(BASE:%=base/%) $(KERNEL:%=kernel/%) $(TRACE:%=trace/%) $(PROBE:%=probe/%) $(REPORT:%=report/%) $(MODEL:%=model/%) \
	$(SIM:%=sim/%) $(EPISODE:%=episode/%) $(DIFF:%=diff/%) $(APPLY:%=apply/%) $(TUNE:%=tune/%)

# ---- How it is built. --------------------------------------------------------

WARN := -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wno-missing-field-initializers
RS_CFLAGS  := -std=gnu11 -D_GNU_SOURCE -fno-strict-aliasing -fPIE $(WARN) $(CFLAGS)
RS_LDFLAGS := $(LDFLAGS)
# Static, so that one file can be carried to the host that has the problem. The programs have libc in them as well, of which a
# recorder then keeps in memory what it uses, and no more; tests may not.
LIBRARIES := -lbpf -lelf -lz -lzstd -ldeflate -ljson-c
LIBS  := -Wl,-Bstatic $(LIBRARIES) -Wl,-Bdynamic -lm
ALONE := -static-pie $(LIBRARIES) -lm
ifeq ($(SAN),1)
OUT        := $(OUT)/san
RS_CFLAGS  += -fsanitize=address,undefined -fno-omit-frame-pointer
ALONE      := $(LIBS)
RS_LDFLAGS += -fsanitize=address,undefined
endif

ifeq ($(V),1)
Q   :=
msg :=
else
Q   := @
msg  = @printf '  %-8s %s\n' $(1) $(2:$(OUT)/%=%);
endif

# What simulates asks the model at each page, and is linked with it as one. Tests have the same objects one by one.
LTO := $(if $(filter 1,$(SAN))$(findstring clang,$(CC)),,-flto=auto -ffat-lto-objects)

SKEL := $(patsubst %,$(OUT)/bpf/%.skel.h,reclaimscope cast summary)

all: $(OUT)/reclaimscope $(OUT)/reclaimscope-apply

$(OUT)/reclaimscope: $(TOOLS:%=$(OUT)/tools/%.o) $(OUT)/libreclaimscope.a
	$(call msg,LINK,$@)
	$(Q)$(CC) $(LTO) $(RS_LDFLAGS) $^ $(ALONE) -o $@

# The only program that writes settings.
$(OUT)/reclaimscope-apply: $(OUT)/tools/apply.o $(OUT)/tools/tool.o $(OUT)/libreclaimscope.a
	$(call msg,LINK,$@)
	$(Q)$(CC) $(RS_LDFLAGS) $^ $(ALONE) -o $@

$(OUT)/libreclaimscope.a: $(LIB:%=$(OUT)/src/%.o) Makefile
	$(call msg,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

$(SIM:%=$(OUT)/src/sim/%.o) $(MODEL:%=$(OUT)/src/model/%.o): RS_CFLAGS += $(LTO)
$(OUT)/src/probe/capture.o: RS_CFLAGS += -I$(OUT)/bpf
$(OUT)/src/probe/capture.o: $(SKEL)

$(OUT)/%.o: %.c Makefile
	$(call msg,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(RS_CFLAGS) -MMD -MP -c $< -o $@

# Two objects of all families, and one for mode summary. Linked once, which sheds what only a debugger wants; labels of blocks as well: libbpf goes through
# all symbols for each program.
$(OUT)/bpf/%.bpf.o: bpf/%.bpf.c Makefile
	$(call msg,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -g -O2 -Wall -Wextra -Werror -Wno-unused-parameter -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 \
		-Ivmlinux -Isrc/wire -MMD -MP -MT $@ -MF $(@:.o=.d) -c $< -o $@.tmp
	$(Q)$(BPFTOOL) gen object $@ $@.tmp && $(STRIP) -w -N 'LBB*' $@ && rm $@.tmp

$(SKEL): $(OUT)/bpf/%.skel.h: $(OUT)/bpf/%.bpf.o
	$(call msg,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name $*_bpf > $@

# ---- Tests. ------------------------------------------------------------------

UNIT_TESTS := $(UNIT:%=$(OUT)/tests/unit/test_%)

$(OUT)/tests/unit/test_%: $(OUT)/tests/unit/test_%.o $(OUT)/libreclaimscope.a
	$(call msg,LINK,$@)
	$(Q)$(CC) $(RS_LDFLAGS) $^ $(LIBS) -lcmocka -o $@

$(OUT)/tests/vm/load $(OUT)/tests/vm/measure $(OUT)/tests/bench/pageout: $(OUT)/tests/%: tests/%.c Makefile
	$(call msg,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -O2 -D_GNU_SOURCE $(WARN) -static $< -o $@

LINKED := $(addprefix $(OUT)/tests/,vm/crosscheck vm/generations cli/killer bench/pump bench/checking docs/events fuzz/seeds)
$(OUT)/tests/bench/pump: LDLIBS := -pthread
$(OUT)/tests/fuzz/seeds: LDLIBS := -lcmocka

$(LINKED): %: %.o $(OUT)/libreclaimscope.a
	$(call msg,LINK,$@)
	$(Q)$(CC) $(RS_LDFLAGS) $^ $(LIBS) $(LDLIBS) -o $@

# Documents that are written by programs. tests/docs.sh compares.
docs: $(OUT)/tests/docs/events
	$(Q)$< > docs/events.md

# What reads recordings and what judges them, under clang's sanitizers and coverage, in objects of their own.
FUZZ_CC    ?= clang-14
# Arithmetic wraps, as in the kernel: a recording can hold any number.
FUZZ_FLAGS := -O1 -g -fwrapv -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
FUZZ_LIB   := $(BASE:%=base/%) $(TRACE:%=trace/%) $(REPORT:%=report/%) $(MODEL:%=model/%) $(EPISODE:%=episode/%) $(DIFF:%=diff/%) \
	$(SIM:%=sim/%) $(TUNE:%=tune/%) kernel/setting

$(OUT)/fuzz/%.o: %.c Makefile
	$(call msg,FUZZ,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(RS_CFLAGS) $(FUZZ_FLAGS) -MMD -MP -c $< -o $@

$(OUT)/tests/fuzz/fuzz_%: $(OUT)/fuzz/tests/fuzz/fuzz_%.o $(FUZZ_LIB:%=$(OUT)/fuzz/src/%.o)
	$(call msg,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(FUZZ_CC) -fsanitize=fuzzer,address,undefined $^ $(LIBS) -o $@

FUZZ := $(OUT)/tests/fuzz/fuzz_reader $(OUT)/tests/fuzz/fuzz_diff $(OUT)/tests/fuzz/fuzz_tune $(OUT)/tests/fuzz/seeds

# make fuzz SECONDS=600
fuzz: $(OUT)/reclaimscope $(FUZZ)
	$(Q)tests/fuzz/fuzz.sh $(OUT) $(or $(SECONDS),60) reader diff tune

LAB := $(OUT)/reclaimscope $(OUT)/tests/vm/load $(OUT)/tests/vm/crosscheck $(OUT)/tests/vm/generations

# Needs neither root nor a kernel that can be traced.
CHECKS := $(UNIT_TESTS:%='%') 'OUT=$(OUT) SAN=$(SAN) tests/layers.sh' 'tests/docs.sh $(OUT)' 'tests/cli/usage.sh $(OUT)' 'tests/cli/man.sh $(OUT)' \
	'tests/replay/replay.sh $(OUT)' 'tests/cli/anywhere.sh $(OUT)' 'tests/cli/apply.sh $(OUT)' 'tests/cli/tune.sh $(OUT)'
check: all $(UNIT_TESTS) $(OUT)/tests/cli/killer $(OUT)/tests/docs/events
	$(Q)tests/run.sh $(CHECKS)

# How much of src/model the tests hold: takes minutes.
mutate:
	$(Q)tests/mutate.sh

# Installing is part of the test, because a fresh machine has only git, gcc and make.
test:
	$(Q)tools/install-deps.sh vm
	$(Q)$(MAKE) --no-print-directory all $(UNIT_TESTS) $(OUT)/tests/cli/killer $(LAB) $(FUZZ) $(OUT)/tests/docs/events
	$(Q)tests/run.sh $(CHECKS) 'tests/cli/record.sh $(OUT)' 'tests/cli/crash.sh $(OUT) 20' 'tests/fuzz/fuzz.sh $(OUT) 20' \
		'tests/compilers.sh $(OUT)' tests/vm/kernels.sh 'tests/vm/apply.sh $(OUT) 6.12 40'

# Real kernels under QEMU, recorded and cross-checked against their own counts.
#   make test-vm KERNELS="6.1 7.2" WORKLOADS="anon slab"
KERNELS   ?= 5.10 6.1 6.12 6.18 7.2
WORKLOADS ?= $(shell . tests/vm/workloads.sh; echo $$WORKLOADS)
test-vm:
	$(Q)tools/install-deps.sh vm
	$(Q)$(MAKE) --no-print-directory $(LAB)
	$(Q)tests/run.sh 'tests/vm/test.sh $(foreach k,$(KERNELS),$(WORKLOADS:%=$(k):%)) \
		$(patsubst %,%:tiers:lru=y:mode=folios,$(filter-out 5.10,$(KERNELS)))' \
		tests/vm/limits.sh 'tests/vm/generations.sh $(foreach k,$(filter-out 5.10,$(KERNELS)),$(k) $(k):nodes)' 'tests/vm/working-set.sh --test 6.1'

# docs/model-vs-kernel.md out of the recordings in DIRS, by default those that test-vm has left.
DIRS ?= $(wildcard $(OUT)/vm/*-*)
model-vs-kernel: $(OUT)/reclaimscope
	$(Q)tests/vm/agreement.sh $(dir $(wildcard $(DIRS:%=%/r.data))) > docs/model-vs-kernel.md

# Real runs under each setting, and docs/{whatif,recommend}-vs-kernel.md: what the two say beside them. Takes hours; goes on where it was.
truth: $(LAB) $(OUT)/tests/vm/measure
	$(Q)tests/vm/truth.sh > /dev/null
whatif-vs-kernel: $(OUT)/reclaimscope
	$(Q)tests/vm/whatif-vs-truth.sh > docs/whatif-vs-kernel.md
recommend-vs-kernel:
	$(Q)tests/vm/recommend-vs-truth.sh > docs/recommend-vs-kernel.md

# docs/working-set.md: predicted refaults against those with that much more memory.
working-set: $(LAB)
	$(Q)tests/vm/working-set.sh $(CURVES) > docs/working-set.md
CURVES ?= $(foreach k,6.1 6.12 6.18 7.2,$(k) $(k):others) 6.18:again 7.2:again

kernel-support: $(LAB)
	$(Q)tests/vm/kernels.sh --write

# The main job on real input, on this host or in a guest.
demo:
	$(Q)tools/install-deps.sh build
	$(Q)$(MAKE) --no-print-directory $(LAB)
	$(Q)tools/demo.sh $(WHERE)

# What the capture costs, beside other tracers; writes docs/performance.md. QUICK=1: only the table, in short.
bench:
	$(Q)tools/install-deps.sh bench
	$(Q)$(MAKE) --no-print-directory $(LAB) $(addprefix $(OUT)/tests/bench/,pump pageout checking)
	$(Q)tests/bench/bench.sh

# The simulation beside libCacheSim, which is fetched and built outside of this tree. QUICK=1: in short.
bench-sim: $(OUT)/libreclaimscope.a $(OUT)/tests/bench/sim.o
	$(Q)tests/bench/sim.sh $(OUT)

# make crash TIMES=1000; crash-vm: in a guest of KERNELS, TIMES=200
crash-vm: $(OUT)/reclaimscope
	$(Q)tests/run.sh $(KERNELS:%='tests/vm/crash.sh $(OUT) % $(or $(TIMES),200)')
crash: $(OUT)/reclaimscope
	$(Q)tests/cli/crash.sh $(OUT) $(or $(TIMES),200)

# ---- Installing. DESTDIR, PREFIX. -------------------------------------------

PREFIX ?= /usr/local
MAN    := $(wildcard docs/man/*.1)

install: $(OUT)/reclaimscope $(OUT)/reclaimscope-apply
	$(Q)install -d '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/share/man/man1'
	$(Q)install -m 755 $^ '$(DESTDIR)$(PREFIX)/bin'
	$(Q)install -m 644 $(MAN) '$(DESTDIR)$(PREFIX)/share/man/man1'

# For tests/compilers.sh.
print-cflags:
	@echo '$(RS_CFLAGS)'

clean:
	rm -rf build

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
.PHONY: all bench bench-sim check mutate test test-vm working-set kernel-support model-vs-kernel docs demo crash crash-vm fuzz install print-cflags clean truth whatif-vs-kernel recommend-vs-kernel
.DELETE_ON_ERROR:
.SECONDARY:
