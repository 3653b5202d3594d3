mod drafts;
mod digest;
mod foreign;
mod imports;
mod intake;
mod status;
