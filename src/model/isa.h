/* isa.h -- names of the kernel's functions when it is compiled for one instruction
 * set of several: ds_kernel becomes ds_kernel_avx2, and so on.
 *
 * The Makefile compiles the files that the loops are in once for every processor
 * (the plain names) and again with -DDS_ISA=avx2 or avx512, with this header put
 * first; instruction_set.c chooses at run time.  A new function that is shared between
 * those files must be listed here: a forgotten one is defined twice, which the
 * linker refuses.  No runtime selection by the compiler (target_clones): it crashes
 * under the thread sanitizer.
 *
 * The results are the same bits: the flags forbid fused multiply-add.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef DS_ISA_H
#define DS_ISA_H

#ifdef DS_ISA
#define DS_ISA_JOIN_(name, isa) name##_##isa
#define DS_ISA_JOIN(name, isa) DS_ISA_JOIN_(name, isa)
#define DS_ISA_NAME(name) DS_ISA_JOIN(name, DS_ISA)

#define ds_kernel DS_ISA_NAME(ds_kernel)
#define ds_kernel_prepare DS_ISA_NAME(ds_kernel_prepare)
#define ds_kernel_work_bytes DS_ISA_NAME(ds_kernel_work_bytes)
#define ds_random_inputs DS_ISA_NAME(ds_random_inputs)
#define ds_random_two_months DS_ISA_NAME(ds_random_two_months)
#define ds_event_hits DS_ISA_NAME(ds_event_hits)
#define ds_event_size DS_ISA_NAME(ds_event_size)
#define ds_demand_begin DS_ISA_NAME(ds_demand_begin)
#define ds_demand_month DS_ISA_NAME(ds_demand_month)
#define ds_price_begin DS_ISA_NAME(ds_price_begin)
#define ds_price_month DS_ISA_NAME(ds_price_month)
#define ds_contract_begin DS_ISA_NAME(ds_contract_begin)
#define ds_contract_month DS_ISA_NAME(ds_contract_month)
#define ds_contract_bill DS_ISA_NAME(ds_contract_bill)
#define ds_contract_book DS_ISA_NAME(ds_contract_book)
#define ds_gpu_time DS_ISA_NAME(ds_gpu_time)
#define ds_request_month DS_ISA_NAME(ds_request_month)
#define ds_add_step DS_ISA_NAME(ds_add_step)
#define ds_total_load DS_ISA_NAME(ds_total_load)
#define ds_part_load DS_ISA_NAME(ds_part_load)
#define ds_total_tokens DS_ISA_NAME(ds_total_tokens)
#define ds_product_loads DS_ISA_NAME(ds_product_loads)
#define ds_load_at DS_ISA_NAME(ds_load_at)
#define ds_rows_at DS_ISA_NAME(ds_rows_at)
#define ds_share_beyond DS_ISA_NAME(ds_share_beyond)
#define ds_add_line DS_ISA_NAME(ds_add_line)
#define ds_tokens_begin DS_ISA_NAME(ds_tokens_begin)
#define ds_tokens_bill DS_ISA_NAME(ds_tokens_bill)
#define ds_units_bill DS_ISA_NAME(ds_units_bill)
#define ds_window_hours DS_ISA_NAME(ds_window_hours)
#define ds_commitment_begin DS_ISA_NAME(ds_commitment_begin)
#define ds_commitment_bill DS_ISA_NAME(ds_commitment_bill)
#define ds_agreement_bill DS_ISA_NAME(ds_agreement_bill)
#define ds_contract_due DS_ISA_NAME(ds_contract_due)
#define ds_fleet_size DS_ISA_NAME(ds_fleet_size)
#define ds_fleet_need DS_ISA_NAME(ds_fleet_need)
#define ds_fleet_order DS_ISA_NAME(ds_fleet_order)
#define ds_fleet_overflow DS_ISA_NAME(ds_fleet_overflow)
#define ds_limits_month DS_ISA_NAME(ds_limits_month)
#define ds_fleet_bill DS_ISA_NAME(ds_fleet_bill)
#define ds_waiting_queue DS_ISA_NAME(ds_waiting_queue)
#define ds_waiting_replicas DS_ISA_NAME(ds_waiting_replicas)
#define ds_student_begin DS_ISA_NAME(ds_student_begin)
#define ds_student_month DS_ISA_NAME(ds_student_month)
#define ds_project_begin DS_ISA_NAME(ds_project_begin)
#define ds_project_month DS_ISA_NAME(ds_project_month)
#define ds_strategy_begin DS_ISA_NAME(ds_strategy_begin)
#define ds_strategy_month DS_ISA_NAME(ds_strategy_month)
#define ds_route_certain DS_ISA_NAME(ds_route_certain)
#define ds_route_count DS_ISA_NAME(ds_route_count)
#define ds_finance_begin DS_ISA_NAME(ds_finance_begin)
#define ds_finance_world DS_ISA_NAME(ds_finance_world)
#define ds_finance_month DS_ISA_NAME(ds_finance_month)
#define ds_finance_end DS_ISA_NAME(ds_finance_end)
#define ds_irr DS_ISA_NAME(ds_irr)
#define ds_irr_lanes DS_ISA_NAME(ds_irr_lanes)
#define ds_irr_monthly DS_ISA_NAME(ds_irr_monthly)
#define ds_irr_scratch DS_ISA_NAME(ds_irr_scratch)
#define ds_exp DS_ISA_NAME(ds_exp)
#define ds_exp_lanes DS_ISA_NAME(ds_exp_lanes)
#define ds_log DS_ISA_NAME(ds_log)
#define ds_log_lanes DS_ISA_NAME(ds_log_lanes)
#define ds_normal_cdf DS_ISA_NAME(ds_normal_cdf)
#define ds_normal_cdf_lanes DS_ISA_NAME(ds_normal_cdf_lanes)
#define ds_normal_quantile DS_ISA_NAME(ds_normal_quantile)
#define ds_normal_quantile_lanes DS_ISA_NAME(ds_normal_quantile_lanes)
#define ds_hash_text DS_ISA_NAME(ds_hash_text)
#define ds_philox DS_ISA_NAME(ds_philox)
#define ds_stream_key DS_ISA_NAME(ds_stream_key)
#define ds_stream_uniform DS_ISA_NAME(ds_stream_uniform)
#define ds_stream_uniform_lanes DS_ISA_NAME(ds_stream_uniform_lanes)
#define ds_stream_uniform_pair_lanes DS_ISA_NAME(ds_stream_uniform_pair_lanes)
#endif

#endif
